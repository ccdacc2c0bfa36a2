import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "./_nearest.ts";
import { UsageError } from "./_usage_error.ts";

/** One flag of a command, as data. */
export interface Option {
  /** Without its dashes: `page-size`. */
  readonly name: string;
  /** What stands for its value in the help: `N`. A flag without one is a switch. */
  readonly value?: string;
  /** How a value ends that need not be there: a word behind the flag that ends otherwise is none. @default it must be there */
  readonly ending?: string;
  /** Whether every value counts. Of other flags the last one wins. @default false */
  readonly repeatable?: boolean;
  /** One line of help. */
  readonly help: string;
  /** What holds without the flag, for the help. */
  readonly default?: string;
  /** The title under which the help lists it. @default "options" */
  readonly group?: string;
}

/** The same flags, which the help lists under a title of their own. */
export function inGroup(group: string, options: readonly Option[]): readonly Option[] {
  return options.map((option) => ({ ...option, group }));
}

/** `--help`, which every command has. */
export const helpOption: Option = { name: "help", help: "print this and exit; -h does the same" };

/** The words of a command line, sorted. Asking for a flag that was not declared is a `TypeError`. */
export class Arguments {
  /** What is not a flag, in the order given. */
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** `values` holds every declared flag by name; one that was not given has none. */
  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#values = values;
  }

  /** Whether the flag was given. */
  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** The flag's value; the last one, if there are several. */
  one(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  /** Every value of a repeatable flag. */
  all(name: string): readonly string[] {
    const values = this.#values.get(name);
    if (values === undefined) throw new TypeError(`Cannot read "--${name}": it is not declared`);
    return values;
  }
}

/**
 * Sorts the words of a command line by the flags declared.
 *
 * @throws UsageError for an unknown flag, a flag without its value, a switch with one
 */
export function parseArguments(words: readonly string[], options: readonly Option[]): Arguments {
  const parsed = parseArgs(spellOut(words, options), {
    string: ["_", ...options.filter((option) => option.value).map((option) => option.name)],
    boolean: options.filter((option) => !option.value).map((option) => option.name),
    collect: options.filter((option) => option.repeatable).map((option) => option.name),
  });
  const values = new Map(options.map((option) => [option.name, given(parsed[option.name])]));
  return new Arguments(parsed._.map(String), values);
}

function given(value: unknown): readonly string[] {
  if (value === undefined || value === false) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/**
 * The same words, checked, and so spelled that `parseArgs` cannot mistake one: it ignores unknown
 * keys such as `--__proto__`, takes `--quiet=x` for true, the `--no-x=true` of a switch for an `x`, and
 * `true` after a switch for its value.
 */
function spellOut(words: readonly string[], options: readonly Option[]): readonly string[] {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const spelled: string[] = [];
  let awaiting: Option | undefined;
  for (let at = 0; at < end; at++) {
    const word = words[at] ?? "";
    if (awaiting !== undefined) {
      if (word === "" || word.startsWith("-")) throw valueMissing(awaiting, word);
      spelled.push(word);
      awaiting = undefined;
      continue;
    }
    if (!word.startsWith("-") || word === "-") {
      spelled.push(word);
      continue;
    }
    const { option, value } = readFlag(word, options);
    if (option.ending !== undefined && value === undefined) {
      const next = words[at + 1];
      const isValue = at + 1 < end && next?.endsWith(option.ending) && !next.startsWith("-");
      spelled.push(`--${option.name}=${isValue ? next : ""}`);
      if (isValue) at++;
      continue;
    }
    spelled.push(...(option.value === undefined ? [`--${option.name}`, "true"] : [word]));
    if (option.value !== undefined && value === undefined) awaiting = option;
  }
  if (awaiting !== undefined) throw valueMissing(awaiting);
  return [...spelled, ...words.slice(end)];
}

function readFlag(
  word: string,
  options: readonly Option[],
): { readonly option: Option; readonly value?: string } {
  const equals = word.indexOf("=");
  const flag = word === "-h" ? "--help" : equals < 0 ? word : word.slice(0, equals);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const option = options.find((option) => `--${option.name}` === flag);
  if (option === undefined) throw unknownFlag(flag, options);
  if (option.value !== undefined && value === "") throw valueMissing(option);
  if (option.value === undefined && value !== undefined) {
    throw new UsageError(`Cannot read "${flag}": expected no value, got "${value}"`);
  }
  return { option, value };
}

function valueMissing(option: Option, instead?: string): UsageError {
  const got = instead === undefined ? "" : `, got "${instead}"`;
  return new UsageError(`Cannot read "--${option.name}": expected a value (${option.value})${got}`);
}

function unknownFlag(flag: string, options: readonly Option[]): UsageError {
  const like = nearest(flag, options.map((option) => `--${option.name}`));
  const suggestion = like === undefined ? "see --help for those there are" : `did you mean ${like}`;
  return new UsageError(`Unknown flag "${flag}": ${suggestion}`);
}
