/** The part of JSON Schema that `plan.schema.json` is written in. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly not?: Schema;
  readonly items?: Schema;
  readonly contains?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly $schema?: string;
  readonly $comment?: string;
  readonly title?: string;
  readonly description?: string;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  "$comment",
  "$ref",
  "$schema",
  "additionalProperties",
  "allOf",
  "anyOf",
  "contains",
  "definitions",
  "description",
  "enum",
  "items",
  "minItems",
  "minLength",
  "minimum",
  "not",
  "pattern",
  "properties",
  "required",
  "title",
  "type",
]);

/** Whether a value is as a schema says. An unknown keyword throws: it would not be looked at. */
export function isValid(value: unknown, schema: Schema, root: Schema = schema): boolean {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new Error(`The keyword ${keyword} is not known`);
  }
  const { $ref, type, allOf = [], anyOf } = schema;
  if ($ref !== undefined) {
    const found = root.definitions?.[$ref.replace("#/definitions/", "")];
    if (found === undefined) throw new Error(`There is no ${$ref}`);
    return isValid(value, found, root);
  }
  return (type === undefined || [type].flat().some((each) => isOf(value, String(each)))) &&
    (schema.enum === undefined || schema.enum.includes(value)) &&
    allOf.every((each) => isValid(value, each, root)) &&
    (anyOf === undefined || anyOf.some((each) => isValid(value, each, root))) &&
    (schema.not === undefined || !isValid(value, schema.not, root)) &&
    isWithin(value, schema, root);
}

function isOf(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return typeof value === "number";
  if (type === "string") return typeof value === "string";
  if (type === "boolean") return typeof value === "boolean";
  throw new Error(`The type ${type} is not known`);
}

function isWithin(value: unknown, schema: Schema, root: Schema): boolean {
  if (typeof value === "string") {
    const { minLength = 0, pattern } = schema;
    return value.length >= minLength && (pattern === undefined || new RegExp(pattern).test(value));
  }
  if (typeof value === "number") return value >= (schema.minimum ?? -Infinity);
  if (Array.isArray(value)) {
    const { items, contains, minItems = 0 } = schema;
    const isEach = items === undefined || value.every((each) => isValid(each, items, root));
    const isOne = contains === undefined || value.some((each) => isValid(each, contains, root));
    return value.length >= minItems && isEach && isOne;
  }
  if (!isRecord(value)) return true;
  const { properties = {}, required = [], additionalProperties } = schema;
  return required.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, each]) => {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return known === undefined ? additionalProperties !== false : isValid(each, known, root);
    });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
