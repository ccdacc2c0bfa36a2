import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { editTextFile } from "../../core/system/edit_file.ts";
import { readTextFile, reasonOf } from "../../core/system/files.ts";

const LIMIT = 1024;

/** Runs `body` in a directory of its own, and looks afterwards that no lock is left in it. */
async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "portolan-edit-" });
  try {
    await body(directory);
    assertEquals(await listAll(directory, /\.lock$/), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function listAll(directory: string, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (pattern.test(name)) found.push(name);
    if (isDirectory) found.push(...await listAll(join(directory, name), pattern));
  }
  return found;
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

Deno.test("editTextFile() makes file and directories for their owner alone", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "a", "b", "config.json");
    assert(await editTextFile(path, LIMIT, (text) => text === undefined ? "new" : "wrong"));
    assertEquals(await Deno.readTextFile(path), "new");
    assertEquals([path, join(directory, "a"), join(directory, "a", "b")].map(modeOf), [
      0o600,
      0o700,
      0o700,
    ]);
  });
});

Deno.test("editTextFile() gives the new text and mode 0600 to a file that others could read", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Deno.writeTextFile(path, "old", { mode: 0o644 });
    assert(await editTextFile(path, LIMIT, (text) => `${text}, new`));
    assertEquals([await Deno.readTextFile(path), modeOf(path)], ["old, new", 0o600]);
  });
});

for (const answer of [undefined, "old"]) {
  Deno.test(`editTextFile() leaves all as it is when the change is ${answer}`, async () => {
    await inDirectory(async (directory) => {
      const path = join(directory, "config.json");
      await Deno.writeTextFile(path, "old", { mode: 0o644 });
      const before = await Deno.stat(path);
      assert(!await editTextFile(path, LIMIT, () => answer));
      const after = await Deno.stat(path);
      assertEquals([after.ino, after.mode, after.mtime], [before.ino, before.mode, before.mtime]);
    });
  });
}

Deno.test("editTextFile() replaces what a symbolic link points to", async () => {
  await inDirectory(async (directory) => {
    await Deno.mkdir(join(directory, "real"));
    const [real, middle, link] = ["real/config.json", "middle.json", "link.json"]
      .map((name) => join(directory, name));
    await Deno.writeTextFile(real ?? "", "old");
    await Deno.symlink("real/config.json", middle ?? "");
    await Deno.symlink(middle ?? "", link ?? "");
    await editTextFile(link ?? "", LIMIT, (text) => `${text}, new`);
    assertEquals(await Deno.readTextFile(real ?? ""), "old, new");
    assert(Deno.lstatSync(link ?? "").isSymlink && Deno.lstatSync(middle ?? "").isSymlink);
    assert(!Deno.lstatSync(real ?? "").isSymlink);
  });
});

Deno.test("editTextFile() makes the file that a dangling link points to", async () => {
  await inDirectory(async (directory) => {
    const link = join(directory, "config.json");
    await Deno.symlink("elsewhere/real.json", link);
    await editTextFile(link, LIMIT, () => "new");
    assertEquals(await Deno.readTextFile(join(directory, "elsewhere", "real.json")), "new");
    assert(Deno.lstatSync(link).isSymlink);
  });
});

Deno.test("editTextFile() gives up on links that go in a circle", async () => {
  await inDirectory(async (directory) => {
    const [a, b] = [join(directory, "a"), join(directory, "b")];
    await Deno.symlink(a, b);
    await Deno.symlink(b, a);
    const error = await assertRejects(() => editTextFile(a, LIMIT, () => "new"), Error);
    assertEquals(reasonOf(error), "too many symbolic links");
  });
});

Deno.test("editTextFile() leaves the old file and nothing else when the change throws", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Deno.writeTextFile(path, "old");
    await assertRejects(
      () =>
        editTextFile(path, LIMIT, () => {
          throw new RangeError("no");
        }),
      RangeError,
    );
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["config.json"]);
    assertEquals(await Deno.readTextFile(path), "old");
  });
});

Deno.test("editTextFile() leaves nothing behind where a directory is in the way", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Deno.mkdir(path);
    const error = await assertRejects(() => editTextFile(path, LIMIT, () => "new"), Error);
    assertEquals(reasonOf(error), "it is a directory");
  });
});

Deno.test("editTextFile() says why it cannot write", async () => {
  await inDirectory(async (directory) => {
    await Deno.writeTextFile(join(directory, "file"), "");
    const path = join(directory, "file", "config.json");
    const error = await assertRejects(() => editTextFile(path, LIMIT, () => "new"), Error);
    assertEquals(reasonOf(error), "a part of its path is not a directory");
  });
});

Deno.test("editTextFile() refuses a file past the limit", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Deno.writeTextFile(path, "x".repeat(LIMIT + 1));
    const error = await assertRejects(() => editTextFile(path, LIMIT, () => "new"), Error);
    assertEquals(reasonOf(error), "it has more than 1024 bytes");
  });
});

Deno.test("editTextFile() loses no change of fifty that come at once", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, n) => editTextFile(path, LIMIT, (text) => `${text ?? ""}${n};`),
      ),
    );
    const numbers = (await Deno.readTextFile(path)).split(";").slice(0, -1).map(Number);
    assertEquals(numbers.sort((a, b) => a - b), Array.from({ length: 50 }, (_, n) => n));
  });
});

Deno.test("editTextFile() begins again when a program without the lock wrote in between", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    await Deno.writeTextFile(path, "old");
    let calls = 0;
    await editTextFile(path, LIMIT, (text) => {
      if (calls++ === 0) Deno.writeTextFileSync(path, "theirs");
      return `${text}, mine`;
    });
    assertEquals([await Deno.readTextFile(path), calls], ["theirs, mine", 2]);
  });
});

Deno.test("editTextFile() gives up after a while on a file that always changes", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "config.json");
    let calls = 0;
    const change = (text: string | undefined) => {
      Deno.writeTextFileSync(path, `theirs ${calls++}`);
      return `${text}, mine`;
    };
    const error = await assertRejects(() => editTextFile(path, LIMIT, change), Error);
    assertEquals(error.message, "another program keeps changing it");
  });
});

Deno.test("editTextFile() names the lock that somebody left behind", async () => {
  const directory = await Deno.makeTempDir();
  const path = join(directory, "config.json");
  await Deno.writeTextFile(`${path}.lock`, "");
  const error = await assertRejects(() => editTextFile(path, LIMIT, () => "new"), Error);
  assertEquals(error.message, `another program is changing it; if none is, remove ${path}.lock`);
  assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["config.json.lock"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("readTextFile() tells missing, exposed, too long and unreadable files apart", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "file");
    assertEquals(await readTextFile(path, LIMIT), { kind: "missing" });
    await Deno.writeTextFile(path, "text", { mode: 0o600 });
    assertEquals(await readTextFile(path, LIMIT), { kind: "text", text: "text", isExposed: false });
    assertEquals(await readTextFile(join(path, "x"), LIMIT), { kind: "missing" });
    for (const mode of [0o640, 0o604, 0o644]) {
      await Deno.chmod(path, mode);
      assertEquals(await readTextFile(path, LIMIT), {
        kind: "text",
        text: "text",
        isExposed: true,
      });
    }
    assertEquals(await readTextFile(directory, LIMIT), {
      kind: "broken",
      reason: "it is a directory",
    });
    await Deno.writeFile(path, new Uint8Array([0xff, 0xfe]));
    assertEquals(await readTextFile(path, LIMIT), {
      kind: "broken",
      reason: "it is not text in UTF-8",
    });
    assertEquals(await readTextFile("/dev/zero", LIMIT), {
      kind: "broken",
      reason: "it has more than 1024 bytes",
    });
    assertEquals(await readTextFile("/dev/null", LIMIT), {
      kind: "text",
      text: "",
      isExposed: false,
    });
  });
});
