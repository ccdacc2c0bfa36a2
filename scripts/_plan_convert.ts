import { printable } from "../mod.ts";
import type { Context } from "./_command.ts";
import { fromRegsync } from "./_from_regsync.ts";
import { fromSkopeo } from "./_from_skopeo.ts";
import type { Arguments, Option } from "./_options.ts";
import { parsePlanFile, readText } from "./_plan_file.ts";
import { UsageError } from "./_usage_error.ts";

/** Lines of what was left out that are printed; the rest is in the comments of the plan. */
const MOST_LINES = 10;

/** The flags that print a plan made of another tool's file. */
export const convertOptions: readonly Option[] = [
  { name: "from-skopeo", value: "FILE", help: "print a plan made of a skopeo sync file" },
  { name: "from-regsync", value: "FILE", help: "print a plan made of a regsync file" },
];

/**
 * The plan that another tool's file comes to, if that is asked for. What was left out is told.
 *
 * @throws UsageError for a file of which nothing can be taken
 */
export async function convertPlan(
  args: Arguments,
  { stdin, stderr }: Pick<Context, "stdin" | "stderr">,
): Promise<string | undefined> {
  const [skopeo, regsync] = [args.one("from-skopeo"), args.one("from-regsync")];
  const path = skopeo ?? regsync;
  if (path === undefined) return undefined;
  if (skopeo !== undefined && regsync !== undefined) {
    throw new UsageError('Cannot use "--from-skopeo" with "--from-regsync": expected one of them');
  }
  if (args.operands.length > 0) {
    throw new UsageError(`Cannot mirror and print a plan of "${path}": expected one of them`);
  }
  const { value } = await parsePlanFile(path, await readText(path, stdin), { merge: true });
  const { text, entries, leftOut } = skopeo === undefined ? fromRegsync(value) : fromSkopeo(value);
  if (leftOut.length > 0 && !args.has("quiet")) await stderr.write(formatLeftOut(leftOut));
  if (entries > 0) return text;
  const reason = leftOut.length === 0 ? "it names no repository" : "all of it was left out";
  throw new UsageError(`Cannot make a plan of "${path}": ${reason}`);
}

function formatLeftOut(leftOut: readonly string[]): string {
  const rest = leftOut.length - MOST_LINES;
  const lines = leftOut.slice(0, MOST_LINES).map((line) => `left out: ${printable(line, 500)}`);
  if (rest > 0) lines.push(`left out: ${rest} more, which are comments in the plan`);
  return lines.map((line) => `portolan: ${line}\n`).join("");
}
