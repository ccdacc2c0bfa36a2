import { delimiter, join } from "node:path";

/** Debian packages whose program of the same name these tests run. */
const PACKAGES: readonly string[] = ["skopeo", "docker-registry"];

/** Milliseconds that one test may take: far more than it needs, so that only a hang meets it. */
const TEST_TIMEOUT = 45_000;

/** The Debian packages among those needed whose program is not on PATH. */
export function missingPackages(): readonly string[] {
  const directories: readonly string[] = (Deno.env.get("PATH") ?? "").split(delimiter)
    .filter((directory: string): boolean => directory !== "");
  return PACKAGES.filter((name: string): boolean =>
    !directories.some((directory: string): boolean => isFile(join(directory, name)))
  );
}

/** Registers tests that need skopeo and docker-registry. */
export interface RealTests {
  /** Registers one test; it is ignored, or fails, where a program is missing. */
  test(name: string, run: (context: Deno.TestContext) => Promise<void>): void;
}

/**
 * Looks once for the programs, on behalf of a test file.
 *
 * Where one is missing, the file's tests are ignored and one line on stderr says so. With
 * `PORTOLAN_REQUIRE_REAL=1` in the environment they fail instead.
 */
export function realTests(file: string): RealTests {
  const missing: readonly string[] = missingPackages();
  const required: boolean = Deno.env.get("PORTOLAN_REQUIRE_REAL") === "1";
  const ignore: boolean = missing.length > 0 && !required;
  if (ignore) {
    Deno.stderr.writeSync(new TextEncoder().encode(
      `${file} is left out: install the Debian packages ${missing.join(" and ")} to run it\n`,
    ));
  }
  return {
    test(name: string, run: (context: Deno.TestContext) => Promise<void>): void {
      Deno.test({ name, ignore, timeout: TEST_TIMEOUT, fn: missing.length > 0 ? refuse : run });
    },
  };
}

function refuse(): never {
  throw new Error(
    `PORTOLAN_REQUIRE_REAL is 1, but not on PATH: ${missingPackages().join(", ")}`,
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
