import { builtin, type FlowOptions, openFlow } from "../../mod.ts";
import type { Command } from "../../scripts/_command.ts";
import { runCommand } from "../../scripts/_cli.ts";
import type { Writer } from "../../scripts/_output.ts";
import { type SimulatedNetwork, type SimulatedRegistry, simulateNetwork } from "../registry/mod.ts";
import { createFake, type Fake } from "./fake.ts";

/** What a finished run left, undecoded too. */
export interface ImageOutcome {
  readonly code: number;
  readonly bytes: Uint8Array;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fake machine on a network of simulated registries. */
export interface ImageWorld {
  readonly network: SimulatedNetwork;
  /** The fake of the latest run. */
  readonly fake: Fake;
  run(command: Command, words: readonly string[]): Promise<ImageOutcome>;
}

/** How a machine differs from one whose output is piped somewhere. */
export interface MachineOptions {
  /** The width of the terminal. @default there is none */
  readonly columns?: number;
  /** Called with each piece of output before it is taken. */
  readonly onWrite?: (fake: Fake) => void;
}

/** Makes a machine whose commands reach `registries` and nothing else. */
export function createImageWorld(
  registries: SimulatedRegistry | readonly SimulatedRegistry[],
  { columns, onWrite }: MachineOptions = {},
): ImageWorld {
  const network = simulateNetwork(registries);
  let fake = createFake();
  async function run(command: Command, words: readonly string[]): Promise<ImageOutcome> {
    fake = createFake();
    const pieces: Uint8Array[] = [];
    const stdout: Writer = {
      write(data: string | Uint8Array): Promise<void> {
        onWrite?.(fake);
        pieces.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
        return Promise.resolve();
      },
      columns: () => columns,
    };
    const code = await runCommand(command, words, {
      ...fake.surroundings,
      stdout,
      adapters: builtin,
      open: (options: FlowOptions) =>
        openFlow({ ...options, fetch: network.fetch, random: () => 0, retries: 0 }),
    });
    const bytes = new Uint8Array(
      await new Blob(pieces.map((piece) => piece.slice())).arrayBuffer(),
    );
    return { code, bytes, stdout: new TextDecoder().decode(bytes), stderr: fake.stderr.join("") };
  }
  return {
    network,
    get fake(): Fake {
      return fake;
    },
    run,
  };
}
