import tseslint from "typescript-eslint";
import borders from "./tools/checkout/lint/borders.js";

export default tseslint.config(
  { ignores: ["node_modules/", "cdktf.out/", ".lgtm/", "coverage/"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers and booleans in messages read well without String().
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // A construct is created for its effect on the tree: `new Subnet(this, …)`.
      "no-new": "off",
    },
  },
  // Which folder may import which: the table in borders.js.
  ...borders.borderConfigs(),
  { files: ["**/*.mjs", "**/*.cjs", "**/*.js", "lgtm"], ...tseslint.configs.disableTypeChecked },
  // Runs before tsx is loaded, as plain CommonJS.
  { files: ["lgtm"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
