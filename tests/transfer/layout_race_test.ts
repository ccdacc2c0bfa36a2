import { assertEquals, assertRejects } from "@std/assert";
import { RegistryError } from "../../core/errors.ts";
import { type LayoutFiles, readCurrent } from "../../core/transfer/layout_files.ts";
import { openFolder } from "../../core/transfer/layout_folder.ts";
import { openPlace } from "../../core/transfer/layout_place.ts";

/** A layout whose index another process replaces so many times, each time after it was looked at. */
async function inRacedLayout(
  times: number,
  work: (files: LayoutFiles, limits: Parameters<typeof readCurrent>[2]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "portolan-race-" });
  const place = openPlace({ kind: "oci", path: folder }, "destination");
  const plain = openFolder(place);
  let count = 0;

  async function replace(): Promise<void> {
    await Deno.writeTextFile(`${folder}/new`, `version ${++count}`);
    await Deno.rename(`${folder}/new`, `${folder}/index.json`);
  }

  const files: LayoutFiles = {
    ...plain,
    async find(part) {
      const file = await plain.find(part);
      if (file !== undefined && count <= times) await replace();
      return file;
    },
  };
  try {
    await replace();
    await work(files, { place, limit: 100 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readCurrent() reads what another process has put in the place of what it found", async () => {
  await inRacedLayout(5, async (files, limits) => {
    const read = await readCurrent(files, "index.json", limits);
    assertEquals(new TextDecoder().decode(read?.bytes), "version 6");
    assertEquals(read?.file.stamp, (await files.find("index.json"))?.stamp);
    assertEquals(await readCurrent(files, "oci-layout", limits), undefined);
  });
});

Deno.test("readCurrent() gives up a file that is another one each time", async () => {
  await inRacedLayout(Infinity, async (files, limits) => {
    const error = await assertRejects(
      () => readCurrent(files, "index.json", limits),
      RegistryError,
      "index.json was changed meanwhile",
    );
    assertEquals(error.code, "unavailable");
  });
});
