import { assert, assertEquals } from "@std/assert";
import { openFlow, RegistryError } from "../../mod.ts";
import { READERS } from "./houses.ts";
import { serveRaw, write } from "./raw_server.ts";

function answer(status: number, headers: string, body: string = ""): string {
  return `HTTP/1.1 ${status} X\r\nconnection: close\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}

for (const [who, credentials] of Object.entries(READERS)) {
  for (const status of [301, 302, 303, 307, 308]) {
    Deno.test(`flow.tags() of ${who} takes no token from behind a ${status} over sockets`, async () => {
      await using attacker = serveRaw((connection) =>
        write(connection, answer(200, "", '{"token":"x"}'))
      );
      await using registry = serveRaw(async (connection, count) => {
        const challenge = `www-authenticate: Bearer realm="${registry.origin}/token"\r\n`;
        const away = answer(status, `location: ${attacker.origin}/token\r\n`);
        await write(connection, count === 1 ? answer(401, challenge) : away);
      });
      const { host } = new URL(registry.origin);
      const flow = openFlow({ credentials, retries: 0 });
      try {
        for await (const _ of flow.tags(`${host}/team/app`));
        assert(false, "it was listed");
      } catch (error) {
        assert(error instanceof RegistryError, String(error));
        assertEquals([attacker.count(), registry.count()], [0, 2]);
      }
    });
  }
}

Deno.test("flow.tags() sends a token to no other port over sockets", async () => {
  await using attacker = serveRaw((connection) =>
    write(connection, answer(200, "", '{"tags":["no"]}'))
  );
  await using registry = serveRaw(async (connection, count) => {
    const challenge = `www-authenticate: Bearer realm="${registry.origin}/token"\r\n`;
    const away = answer(307, `location: ${attacker.origin}/v2/team/app/tags/list\r\n`);
    const answers = [answer(401, challenge), answer(200, "", '{"token":"t0k3n"}'), away];
    await write(connection, answers[count - 1] ?? away);
  });
  const flow = openFlow({ retries: 0 });
  try {
    for await (const _ of flow.tags(`${new URL(registry.origin).host}/team/app`));
    assert(false, "it was listed");
  } catch (error) {
    assert(error instanceof RegistryError, String(error));
    assertEquals([attacker.count(), registry.count()], [0, 3]);
  }
});
