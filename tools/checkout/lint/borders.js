/**
 * The borders of the house: the rooms, and the other rooms that each may import. A room is a folder with all below it,
 * except for folders that are rooms of their own; a file at the root is a room too. What a room is for stands in its
 * README.md.
 *
 * ESLint refuses every other import; a test refuses circles, more than 24 rooms, and an import that ESLint does not see.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const BORDERS = {
  // The platform.
  "common.config": ["modules/config", "modules/services"],
  "modules/config": ["common.config"],
  "modules/services": ["modules/config"],
  modules: ["modules/config", "modules/services"],
  stacks: ["modules", "modules/config", "modules/services"],
  checks: ["modules/config", "modules/services"],
  main: ["checks", "modules/config", "modules/services", "stacks"],

  // The tools, from the ground up.
  "tools/terminal": [],
  "tools/aws": ["common.config", "modules/config", "tools/terminal"],
  "tools/layers": [
    "checks",
    "common.config",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/aws",
    "tools/terminal",
  ],
  "tools/mock": ["tools/terminal"],
  "tools/state": ["modules/config", "stacks", "tools/aws", "tools/layers", "tools/terminal"],
  "tools/terraform": ["stacks", "tools/aws", "tools/layers", "tools/mock", "tools/state", "tools/terminal"],
  "tools/images": [
    "checks",
    "common.config",
    "modules/config",
    "modules/services",
    "tools/aws",
    "tools/layers",
    "tools/mock",
    "tools/terminal",
  ],
  "tools/load-balancer": ["checks"],
  "tools/account": [
    "checks",
    "common.config",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/aws",
    "tools/images",
    "tools/layers",
    "tools/state",
    "tools/terminal",
  ],
  "tools/delivery": [
    "common.config",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/aws",
    "tools/images",
    "tools/layers",
    "tools/mock",
    "tools/state",
    "tools/terminal",
    "tools/terraform",
  ],
  "tools/smoke": [
    "checks",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/aws",
    "tools/load-balancer",
    "tools/state",
    "tools/terminal",
  ],
  "tools/rehearse": [
    "tools/delivery",
    "tools/images",
    "tools/layers",
    "tools/mock",
    "tools/state",
    "tools/terminal",
    "tools/terraform",
  ],
  "tools/live": [
    "checks",
    "modules/config",
    "modules/services",
    "tools/account",
    "tools/images",
    "tools/layers",
    "tools/load-balancer",
    "tools/mock",
    "tools/rehearse",
    "tools/smoke",
    "tools/terminal",
  ],
  "tools/checkout": [
    "checks",
    "common.config",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/images",
    "tools/layers",
    "tools/mock",
    "tools/terminal",
    "tools/terraform",
  ],
  "tools/commands": [
    "common.config",
    "modules/config",
    "modules/services",
    "tools/account",
    "tools/checkout",
    "tools/delivery",
    "tools/images",
    "tools/layers",
    "tools/live",
    "tools/rehearse",
    "tools/smoke",
    "tools/state",
    "tools/terminal",
    "tools/terraform",
  ],
  "tools/cli": ["tools/commands", "tools/terminal"],

  // What proves facts, and is no daily work.
  experiments: [
    "checks",
    "common.config",
    "modules/config",
    "modules/services",
    "stacks",
    "tools/delivery",
    "tools/images",
    "tools/layers",
    "tools/live",
    "tools/load-balancer",
    "tools/mock",
    "tools/rehearse",
    "tools/smoke",
    "tools/terminal",
    "tools/terraform",
  ],
};

/** Rooms that are one file. */
const FILES = ["common.config", "main", "tools/cli"];

/** The deepest folder below a room. */
const DEPTH = 3;

/**
 * Makes ESLint's configurations: one for each room and each depth of its folders, since an import is relative.
 *
 * @returns configurations with the rule `no-restricted-imports`
 */
function borderConfigs() {
  return Object.keys(BORDERS).flatMap((room) =>
    (hasFolders(room) ? Array.from({ length: DEPTH + 1 }, (_, depth) => depth) : [0]).map((depth) => ({
      files: [FILES.includes(room) ? `${room}.ts` : `${room}/${"*/".repeat(depth)}*.{ts,mjs,js}`],
      rules: { "no-restricted-imports": ["error", { patterns: [restriction(room, depth)] }] },
    })),
  );
}

/** Whether the folders in a room belong to it. */
function hasFolders(room) {
  return !FILES.includes(room) && roomsIn(room).length === 0;
}

/** Rooms that lie in the folder of another. */
function roomsIn(room) {
  return Object.keys(BORDERS).filter((other) => other.startsWith(`${room}/`));
}

function restriction(room, depth) {
  const folder = FILES.includes(room) ? room.split("/").slice(0, -1) : room.split("/");
  const allowed = BORDERS[room].map((target) => specifier(folder, depth, target));
  const inner = FILES.includes(room)
    ? "\\./"
    : roomsIn(room)
        .map((each) => `\\./${each.slice(room.length + 1)}/`)
        .join("|");
  const leaves = [`(?:\\.\\./){${depth + 1}}`, ...(inner === "" ? [] : [inner])].join("|");
  return {
    regex: `^(?!(?:${[...allowed, "$"].join("|")}))(?:${leaves})`,
    message: `${room} may import ${BORDERS[room].join(", ") || "no other room"}; see tools/checkout/lint/borders.js.`,
  };
}

/** Matches what a file names to import from a room. */
function specifier(folder, depth, target) {
  const parts = target.split("/");
  const common = folder.findIndex((part, index) => part !== parts[index]);
  const shared = common === -1 ? folder.length : common;
  const up = "\\.\\./".repeat(folder.length + depth - shared) || "\\./";
  const down = parts.slice(shared).join("/").replaceAll(".", "\\.");
  if (FILES.includes(target)) return `${up}${down}$`;
  return `${up}${down}/${roomsIn(target).length === 0 ? "" : "[^/]+$"}`;
}

module.exports = { BORDERS, FILES, borderConfigs };
