import { type NamespaceDetails, printable } from "../mod.ts";
import type { Command, Context } from "./_command.ts";
import { connectionOptions, openConnection } from "./_connection.ts";
import { hostOf, withoutSecret } from "./_host.ts";
import { asciiJson } from "./_json.ts";
import { type Arguments, inGroup } from "./_options.ts";
import { runAlone } from "./_process.ts";
import { beginRun } from "./_selector_run.ts";
import { UsageError } from "./_usage_error.ts";

/** The registry whose namespaces are meant where none is named: the one that `ubuntu` is in. */
const ANY = "any";

/** Which namespaces are mine? */
export const namespaces: Command = {
  name: "namespaces",
  summary: "List the namespaces of the one who is logged in",
  usage: "portolan namespaces [options] [HOST]",
  options: [
    { name: "json", help: "print one JSON object; errors are JSON too" },
    ...inGroup("connection", connectionOptions),
  ],
  examples: [
    "portolan namespaces",
    "echo $TOKEN | portolan namespaces --username me --password-stdin docker.io",
    "portolan namespaces | xargs -n 1 portolan repos",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const [text, more] = args.operands;
  const host = text === undefined ? undefined : hostOf(text);
  const unread = more ?? (host === undefined ? text : undefined);
  if (unread !== undefined) {
    const expected = "expected at most one registry, as in docker.io";
    throw new UsageError(`Cannot read "${withoutSecret(unread)}": ${expected}`);
  }
  const inside = host === undefined ? ANY : `${host}/${ANY}`;
  const flow = await openConnection(args, context, [inside], { besides: "registry" });
  const { registry } = flow.locate(inside);
  const { signal, each } = beginRun(context);
  const found: NamespaceDetails[] = [];
  let complete = false;
  const code = await each([registry], async () => {
    for await (const namespace of flow.namespaces(registry, { signal })) {
      found.push(namespace);
      if (!args.has("json")) await context.stdout.write(`${printable(namespace.name)}\n`);
    }
    complete = true;
  });
  if (args.has("json") && (complete || found.length > 0)) {
    const record = { registry, complete, namespaces: found };
    await context.stdout.write(asciiJson(record) + "\n");
  }
  return code;
}

if (import.meta.main) await runAlone(namespaces);
