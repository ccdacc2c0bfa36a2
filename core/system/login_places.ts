import { printable } from "../names/printable.ts";
import { homeOf, type Machine } from "./machine.ts";

/** A login file. */
export interface LoginPlace {
  /** Where it is. */
  readonly path: string;
  /** What to call it: the path with `~` for the home directory, safe to print. */
  readonly label: string;
}

/**
 * The login files of this user, in the order in which they are asked:
 *
 * 1. `$REGISTRY_AUTH_FILE`
 * 2. `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`
 * 3. `$XDG_RUNTIME_DIR/containers/auth.json`, or on Linux `/run/containers/UID/auth.json`
 * 4. `$XDG_CONFIG_HOME/containers/auth.json`, or `~/.config/containers/auth.json`
 */
export function loginPlaces(machine: Machine): LoginPlace[] {
  const chosen = machine.variable("REGISTRY_AUTH_FILE");
  const paths = [
    chosen ? chosen : undefined,
    dockerPath(machine),
    runtimePath(machine),
    configPath(machine),
  ];
  const present = paths.filter((path) => path !== undefined);
  return [...new Set(present)].map((path) => ({ path, label: labelOf(path, machine) }));
}

/** The file that logins are stored in, Docker's; none where there is no home directory. */
export function storingPlace(machine: Machine): LoginPlace | undefined {
  const path = dockerPath(machine);
  return path === undefined ? undefined : { path, label: labelOf(path, machine) };
}

function dockerPath(machine: Machine): string | undefined {
  const directory = machine.variable("DOCKER_CONFIG");
  if (directory) return join(machine, directory, "config.json");
  return inHome(machine, ".docker", "config.json");
}

function runtimePath(machine: Machine): string | undefined {
  const directory = machine.variable("XDG_RUNTIME_DIR");
  if (directory) return join(machine, directory, "containers", "auth.json");
  if (machine.platform !== "linux") return undefined;
  const user = machine.userId();
  return user === undefined ? undefined : `/run/containers/${user}/auth.json`;
}

function configPath(machine: Machine): string | undefined {
  const directory = machine.variable("XDG_CONFIG_HOME");
  if (directory) return join(machine, directory, "containers", "auth.json");
  return inHome(machine, ".config", "containers", "auth.json");
}

function inHome(machine: Machine, ...parts: string[]): string | undefined {
  const home = homeOf(machine);
  return home === undefined ? undefined : join(machine, home, ...parts);
}

function labelOf(path: string, machine: Machine): string {
  const home = homeOf(machine);
  const prefix = home === undefined ? undefined : join(machine, home, "");
  const isInHome = prefix !== undefined && path.startsWith(prefix);
  return printable(isInHome ? "~" + path.slice(prefix.length - 1) : path);
}

function join({ platform }: Machine, directory: string, ...parts: string[]): string {
  const separators = platform === "win32" ? "/\\" : "/";
  let end = directory.length;
  while (end > 0 && separators.includes(directory.charAt(end - 1))) end--;
  return [directory.slice(0, end), ...parts].join(platform === "win32" ? "\\" : "/");
}
