import type { Command, Context } from "./_command.ts";
import { exitCode } from "./_exit.ts";
import { loginTarget } from "./_login_target.ts";
import type { Arguments } from "./_options.ts";
import { runAlone } from "./_process.ts";

/** How do I log out? */
export const logout: Command = {
  name: "logout",
  summary: "Remove the login for a registry from where login keeps it; asks nobody",
  usage: "portolan logout HOST",
  options: [],
  examples: [
    "portolan logout docker.io",
    "portolan logout index.docker.io",
    "portolan logout registry.example:5000",
  ],
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const target = loginTarget(args, context);
  const { registry } = target;
  const logins = context.logins({});
  const removed = await logins.remove(target);
  const lines = removed.map(({ place }) => `removed the login for ${registry} from ${place}`);
  if (lines.length === 0) lines.push(`there was no login for ${registry} to remove`);
  const { credentials } = await logins.find(target);
  if (credentials?.source !== undefined) {
    lines.push(`warning: the login for ${registry} from ${credentials.source} is still there`);
  }
  await context.stderr.write(lines.map((line) => `portolan: ${line}\n`).join(""));
  return exitCode("done");
}

if (import.meta.main) await runAlone(logout);
