import type { Command } from "./_command.ts";
import { EXIT } from "./_exit.ts";
import { helpOption, type Option } from "./_options.ts";
import { formatUsage } from "./_report.ts";

/** All that `--help` of a command prints. */
export function formatHelp(command: Command): string {
  return [
    `${command.summary}.`,
    formatUsage(command.usage),
    ...formatOptions([...command.options, helpOption]),
    formatSection("examples", command.examples.map((example) => [example])),
    formatExitCodes(),
  ].map((part) => part.trimEnd() + "\n").join("\n");
}

/** The table of exit codes as a section of help. */
export function formatExitCodes(): string {
  const rows = Object.values(EXIT).map(([code, meaning]) => [String(code), meaning]);
  return formatSection("exit codes", rows);
}

/** A title, and under it lines of one or two cells. */
export function formatSection(title: string, rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([cell = ""]) => cell.length));
  const lines = rows.map(([cell = "", text]) =>
    text === undefined ? `  ${cell}` : `  ${cell.padEnd(width)}  ${text}`
  );
  return [`${title}:`, ...lines].join("\n") + "\n";
}

/** A section a group, those without one first. */
function formatOptions(options: readonly Option[]): readonly string[] {
  const groups = Map.groupBy(options, ({ group = "options" }) => group);
  return [...groups].map(([group, members]) => formatSection(group, members.map(optionRow)));
}

function optionRow(option: Option): readonly string[] {
  const flag = `--${option.name}` + (option.value === undefined ? "" : ` ${option.value}`);
  const notes = [
    ...(option.repeatable ? ["repeatable"] : []),
    ...(option.default === undefined ? [] : [`default ${option.default}`]),
  ];
  return [flag, option.help + (notes.length === 0 ? "" : ` (${notes.join(", ")})`)];
}
