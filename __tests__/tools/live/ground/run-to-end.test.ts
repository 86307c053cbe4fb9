import { runToEnd } from "../../../../tools/live/ground/run-to-end";

test("a program that fails is named, with its arguments and what it said", async () => {
  await expect(runToEnd("sh", ["-c", "echo no such device >&2; exit 2"])).rejects.toThrow(
    "sh -c echo no such device >&2; exit 2: no such device",
  );
  await expect(runToEnd("no-such-program", [])).rejects.toThrow("no-such-program");
});

test("it is in a process group of its own: a signal to this one's does not end it", async () => {
  await expect(runToEnd("sh", ["-c", 'test "$(ps -o pgid= -p $$ | tr -d " ")" = "$$"'])).resolves.toBeUndefined();
});
