import { greaterOrEqual } from "@std/semver/greater-or-equal";
import { parse } from "@std/semver/parse";
import {
  builtin,
  dropReading,
  openFlow,
  openTlsClients,
  systemLogins,
  usualHostFolders,
} from "../mod.ts";
import { runCommand } from "./_cli.ts";
import type { Command, Surroundings } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { openRemarks, openWriter } from "./_output.ts";
import { openTerminal } from "./_terminal.ts";

/** Since then headers that must not cross a redirect are scoped by full origin, port included. */
const OLDEST_DENO = "2.9.5";

/** Runs one command as this process, and ends the process. */
export async function runAlone(command: Command): Promise<never> {
  return await runProcess((words, surroundings) => runCommand(command, words, surroundings));
}

/** Runs `program` on the words of this process's command line, and ends the process with its exit code. */
export async function runProcess(
  program: (words: readonly string[], surroundings: Surroundings) => Promise<number>,
): Promise<never> {
  const stderr = openRemarks(Deno.stderr);
  const complaint = versionComplaint(Deno.version.deno);
  if (complaint !== undefined) {
    await stderr.write(`portolan: ${complaint}\n`);
    Deno.exit(exitCode("unforeseen"));
  }
  const interrupt = new AbortController();
  // Windows knows no other; elsewhere a terminal must not be left without its echo.
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const onInterrupt = () => {
    for (const signal of signals) Deno.removeSignalListener(signal, onInterrupt);
    interrupt.abort();
  };
  for (const signal of signals) Deno.addSignalListener(signal, onInterrupt);
  const code = await program(Deno.args, {
    stdout: openWriter(Deno.stdout, interrupt.signal),
    stderr,
    stdin: Deno.stdin,
    open: openFlow,
    adapters: builtin,
    terminal: openTerminal(Deno.stdin, stderr, interrupt.signal),
    logins: systemLogins,
    certificates: openTlsClients,
    hostFolders: usualHostFolders,
    dropReading,
    signal: interrupt.signal,
  });
  for (const signal of signals) Deno.removeSignalListener(signal, onInterrupt);
  await stderr.write("");
  Deno.exit(code);
}

/** What to say to a Deno that is too old, or nothing. */
export function versionComplaint(version: string): string | undefined {
  if (greaterOrEqual(parse(version), parse(OLDEST_DENO))) return undefined;
  return `Cannot run on Deno ${version}: Deno ${OLDEST_DENO} or newer is needed, "deno upgrade" gets it`;
}
