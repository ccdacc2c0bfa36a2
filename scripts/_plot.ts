import { RegistryError } from "../mod.ts";
import type { Context } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { writeBlobFile } from "./_image_blob_file.ts";
import type { Arguments, Option } from "./_options.ts";
import { type PlotRows, plotRows } from "./_plot_rows.ts";
import { drawSvg } from "./_plot_svg.ts";
import { drawText } from "./_plot_text.ts";
import { fullName, type TagFormat, type TagList } from "./_tag_format.ts";
import { UsageError } from "./_usage_error.ts";

/** What a file of a plot is called. */
const ENDING = ".svg";

/** The flag that asks for a timeline. */
export const plotOption: Option = {
  name: "plot",
  value: "[FILE.svg]",
  ending: ENDING,
  help: "draw when tags were pushed, by version line: here, or into FILE.svg",
};

/** What was asked for with the flag. */
export interface PlotWish {
  /** Where to; absent for the terminal. */
  readonly file?: string;
}

/**
 * Reads the flag of {@linkcode plotOption}.
 *
 * @throws UsageError for another kind of file, for flags that ask for other output, and for one file of several plots
 */
export function readPlot(args: Arguments): PlotWish | undefined {
  const file = args.one("plot");
  if (file === undefined) return undefined;
  for (const other of ["json", "format"]) {
    if (!args.has(other)) continue;
    throw new UsageError(`Cannot use "--plot" with "--${other}": expected one of them`);
  }
  if (file === "") return {};
  if (!file.endsWith(ENDING)) {
    throw new UsageError(`Cannot read "--plot ${file}": expected a file that ends in ${ENDING}`);
  }
  if (args.operands.length <= 1) return { file };
  const given = `${args.operands.length} references`;
  throw new UsageError(`Cannot write "--plot ${file}" for ${given}: expected one`);
}

/** Tags are held until the end, and what is drawn is no format of theirs. */
export const heldForPlot: TagFormat = { kind: "whole", text: () => "" };

/**
 * Prints the timelines of lists, of one that broke off nothing.
 *
 * @returns the exit code of the first that could not be drawn, or that of success
 */
export async function printPlots(lists: readonly TagList[], context: Context): Promise<number> {
  const { stdout } = context;
  let failure: number | undefined;
  let before = "";
  for (const list of whole(lists)) {
    try {
      const text = drawText(fullName(list.target), rowsOf(list), stdout.columns?.());
      await stdout.write(before + text);
      before = "\n";
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const code = await context.report(error);
      failure ??= code;
    }
  }
  return failure ?? exitCode("done");
}

/**
 * Does `list`, and draws what `lists` gives then into an SVG file, which is put in place when it is whole.
 *
 * @returns the exit code of `list`
 * @throws UsageError where the file cannot be made, before `list` is begun
 * @throws RegistryError `not_found` where there are no tags, `incomplete` where none has a date
 */
export async function writePlot(
  path: string,
  { list, lists, signal }: {
    readonly list: () => Promise<number>;
    readonly lists: () => readonly TagList[];
    readonly signal: AbortSignal;
  },
): Promise<number> {
  let code = exitCode("done");
  async function* draw(): AsyncGenerator<Uint8Array> {
    code = await list();
    const [found] = whole(lists());
    // What has gone wrong is told already.
    if (found === undefined || code !== exitCode("done")) throw new NothingDrawn();
    const { target } = found;
    const title = { repository: fullName(target), registry: target.adapter.title };
    const svg = await drawSvg({ ...title, made: Date.now() }, rowsOf(found));
    yield new TextEncoder().encode(svg);
  }
  try {
    await writeBlobFile(path, draw(), signal);
  } catch (error) {
    if (!(error instanceof NothingDrawn)) throw error;
  }
  return code;
}

/** A file is not to be put in place. */
class NothingDrawn extends Error {}

function whole(lists: readonly TagList[]): readonly TagList[] {
  return lists.filter(({ failed }) => !failed);
}

function rowsOf({ target, tags }: TagList): PlotRows {
  const rows = plotRows(tags);
  if (rows !== undefined) return rows;
  const { adapter, registry } = target;
  const cannot = `Cannot plot "${fullName(target)}"`;
  const facts = { registry, adapter: adapter.id };
  if (tags.length === 0) {
    throw new RegistryError("not_found", `${cannot}: there is no such tag`, facts);
  }
  const reason = `no date is known of any of its ${tags.length} tags`;
  const built = "--details with --max-requests N looks into images for when they were built";
  const hint = adapter.noApi === undefined ? built : `${adapter.noApi}; ${built}`;
  throw new RegistryError("incomplete", `${cannot}: ${reason}`, { ...facts, hint });
}
