import type { Target } from "../mod.ts";
import type { Context } from "./_command.ts";
import { readUsername, TYPED, type TypedLogin } from "./_credentials.ts";
import type { Arguments, Option } from "./_options.ts";
import { readPassword } from "./_password.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * The flags that say who asks one of two registries. The other is asked with the login that this machine
 * has for it, since there is but one standard input.
 */
export const sideOptions: readonly Option[] = [
  { name: "src-username", value: "U", help: "log in to the source as U, the other end as usual" },
  { name: "src-password-stdin", help: "read the password for --src-username from standard input" },
  { name: "dest-username", value: "U", help: "log in to the destination as U" },
  { name: "dest-password-stdin", help: "read the password for --dest-username likewise" },
];

const SIDES = ["src", "dest"] as const;
type Side = typeof SIDES[number];

/**
 * The login that was typed for one of two registries, if one was.
 *
 * @param ends where they are; undefined for an end on disk
 * @throws UsageError if the flags contradict each other or the ends
 */
export async function readSideLogin(
  args: Arguments,
  context: Context,
  ends: Readonly<Record<Side, Target | undefined>>,
): Promise<TypedLogin | undefined> {
  const registries = SIDES.map((side) => ends[side]?.registry);
  const isOne = new Set(registries.filter((registry) => registry !== undefined)).size < 2;
  const given = SIDES.filter((side) => hasSide(args, side));
  const [side, other] = given;
  if (side === undefined) {
    if (!isOne) refuseShared(args);
    return undefined;
  }
  if (other !== undefined) {
    const expected = 'expected one of them, and "portolan login" for the other registry';
    throw mistake(`--${side}-username`, `with "--${other}-username"`, expected);
  }
  return await readLogin(args, context, { side, registry: ends[side]?.registry, isOne });
}

async function readLogin(
  args: Arguments,
  context: Context,
  { side, registry, isOne }: {
    readonly side: Side;
    readonly registry: string | undefined;
    readonly isOne: boolean;
  },
): Promise<TypedLogin> {
  const [name, password] = [`${side}-username`, `${side}-password-stdin`];
  for (const shared of ["username", "password-stdin", "token-stdin", "anonymous"]) {
    if (args.has(shared)) throw mistake(`--${name}`, `with "--${shared}"`, "expected one of them");
  }
  const username = readUsername(args, name);
  if (username === undefined) {
    throw mistake(`--${password}`, "alone", `expected "--${name} U" with it`);
  }
  if (!args.has(password)) throw mistake(`--${name}`, "alone", `expected "--${password}" with it`);
  if (registry === undefined) throw mistake(`--${name}`, "for an end on disk", "expected none");
  if (isOne) throw mistake(`--${name}`, "for a single registry", 'expected "--username"');
  const typed = await readPassword(context, "password", password);
  return { registry, credentials: { username, password: typed, source: TYPED } };
}

function hasSide(args: Arguments, side: Side): boolean {
  return args.has(`${side}-username`) || args.has(`${side}-password-stdin`);
}

function refuseShared(args: Arguments): void {
  const flag = ["username", "token-stdin"].find((name) => args.has(name));
  if (flag === undefined) return;
  const expected = "expected --src-username or --dest-username";
  throw mistake(`--${flag}`, "for two registries", expected);
}

function mistake(flag: string, how: string, expected: string): UsageError {
  return new UsageError(`Cannot use "${flag}" ${how}: ${expected}`);
}
