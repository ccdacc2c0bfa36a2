import type { RegistryAdapter } from "../core/adapter.ts";
import { dockerHub } from "./docker_hub.ts";
import { ecrPublic } from "./ecr_public.ts";
import { ghcr } from "./ghcr.ts";
import { oracle } from "./oracle.ts";
import { quay } from "./quay.ts";

/** The registries whose habits are known, in order of precedence. */
export const builtin: readonly RegistryAdapter[] = [dockerHub, ghcr, quay, oracle, ecrPublic];

/** Where a reference that names no registry lives, as everywhere else in this field. */
export const defaultRegistry: string = dockerHub.hosts[0];
