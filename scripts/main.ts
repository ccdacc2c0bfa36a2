/**
 * The program `portolan`: every script of this directory as a command.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { runCommand, settle } from "./_cli.ts";
import type { Command, Surroundings } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { formatExitCodes, formatSection } from "./_help.ts";
import { nearest } from "./_nearest.ts";
import { runProcess } from "./_process.ts";
import { formatUsage } from "./_report.ts";
import { UsageError } from "./_usage_error.ts";
import { adapters } from "./adapters.ts";
import { aliases } from "./aliases.ts";
import { blob } from "./blob.ts";
import { copy } from "./copy.ts";
import { digest } from "./digest.ts";
import { inspect } from "./inspect.ts";
import { latest } from "./latest.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { manifest } from "./manifest.ts";
import { mirror } from "./mirror.ts";
import { namespaces } from "./namespaces.ts";
import { referrers } from "./referrers.ts";
import { repos } from "./repos.ts";
import { tags } from "./tags.ts";

export type { Command, Context, Input, Surroundings } from "./_command.ts";
export type { Arguments, Option } from "./_options.ts";
export type { Writer } from "./_output.ts";
export type { Terminal } from "./_terminal.ts";

/** Every command, in the order of the help. A new one is added here. */
export const commands: readonly Command[] = [
  tags,
  latest,
  digest,
  aliases,
  inspect,
  manifest,
  referrers,
  blob,
  repos,
  namespaces,
  copy,
  mirror,
  adapters,
  login,
  logout,
];

const USAGE = "portolan COMMAND [options] [OPERANDS]";

const examples: readonly [string, string, string] = [
  "portolan tags ubuntu",
  "portolan latest --like 21.0.1 container-registry.oracle.com/java/jdk",
  "portolan copy quay.io/prometheus/node-exporter:v1.9.0 registry.example/mirror/node-exporter",
];

/** The whole program: the first word chooses the command. Resolves to the exit code, never throws. */
export async function portolan(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const [first, ...rest] = words;
  const command = commands.find((command) => command.name === first);
  if (command !== undefined) return await runCommand(command, rest, surroundings);
  return await settle(USAGE, words, surroundings, async ({ stdout }) => {
    await stdout.write(answer(first));
    return exitCode("done");
  });
}

/** What the program itself has to say. */
function answer(word: string | undefined): string {
  if (word === "--help" || word === "-h") return formatOverview();
  if (word === "--version") return `portolan ${config.version}\n`;
  if (word === undefined) throw new UsageError("Cannot go on: expected a command, see --help");
  const words = [...commands.map((command) => command.name), "--help", "--version"];
  const like = nearest(word, words);
  const suggestion = like === undefined ? `expected ${words.join(", ")}` : `did you mean ${like}`;
  const what = word.startsWith("-") ? "flag" : "command";
  throw new UsageError(`Unknown ${what} "${word}": ${suggestion}`);
}

function formatOverview(): string {
  return [
    "Ask container registries.",
    formatUsage(USAGE),
    formatSection("commands", commands.map((command) => [command.name, command.summary])),
    formatSection("options", [
      ["--help", "print this and exit; after a command, its own help"],
      ["--version", "print the version and exit"],
    ]),
    formatSection("examples", examples.map((example) => [example])),
    formatExitCodes(),
  ].map((part) => part.trimEnd() + "\n").join("\n");
}

if (import.meta.main) await runProcess(portolan);
