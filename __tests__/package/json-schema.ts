/** A small reader of JSON Schema (draft 7), for checking what was written against the published schemas of the formats. */

export type Schema = boolean | { readonly [keyword: string]: unknown };
type SchemaObject = Exclude<Schema, boolean>;

/** Keywords that say nothing about what is valid, or that only formats' own validators check. */
const NOT_CHECKED = new Set(
  '$schema $id $comment title description examples default format definitions contentEncoding contentMediaType meta:enum deprecated'.split(
    ' ',
  ),
);

/**
 * What is wrong with a value by a schema, as paths with a reason; empty when it is valid. `files` are the schemas that references name,
 * by file name. A keyword that this reader does not know throws: nothing passes by not having been looked at.
 */
export function violations(value: unknown, file: string, files: ReadonlyMap<string, SchemaObject>): string[] {
  return check(value, files.get(file)!, '', file, files);
}

function check(
  value: unknown,
  schema: Schema,
  at: string,
  file: string,
  files: ReadonlyMap<string, SchemaObject>,
): string[] {
  if (typeof schema === 'boolean') return schema ? [] : [`${at}: must not be there`];
  if (typeof schema.$ref === 'string') {
    const [path = '', pointer = ''] = schema.$ref.split('#');
    const other = path === '' ? file : path;
    let target: unknown = files.get(other);
    for (const part of pointer.split('/').slice(1)) target = (target as SchemaObject | undefined)?.[part];
    if (target === undefined) throw new Error(`${schema.$ref} leads nowhere`);
    return check(value, target as Schema, at, other, files);
  }
  const inner = (one: unknown, sub: Schema, path = at) => check(one, sub, path, file, files);
  const fits = (sub: Schema) => inner(value, sub).length === 0;
  const wrong: string[] = [];
  const fail = (reason: string) => wrong.push(`${at || '/'}: ${reason}`);
  const object =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SchemaObject) : undefined;
  for (const [keyword, rule] of Object.entries(schema)) {
    switch (keyword) {
      case 'type':
        if (![rule].flat().some((type) => isOfType(value, type as string))) fail(`is no ${rule}`);
        break;
      case 'enum':
        if (!(rule as unknown[]).includes(value)) fail(`${JSON.stringify(value)} is none of ${JSON.stringify(rule)}`);
        break;
      case 'const':
        if (value !== rule) fail(`is not ${JSON.stringify(rule)}`);
        break;
      case 'pattern':
        if (typeof value === 'string' && !new RegExp(rule as string, 'u').test(value)) fail(`does not match ${rule}`);
        break;
      case 'minLength':
        if (typeof value === 'string' && value.length < (rule as number)) fail('is too short');
        break;
      case 'maxLength':
        if (typeof value === 'string' && value.length > (rule as number)) fail('is too long');
        break;
      case 'minimum':
        if (typeof value === 'number' && value < (rule as number)) fail('is too small');
        break;
      case 'maximum':
        if (typeof value === 'number' && value > (rule as number)) fail('is too large');
        break;
      case 'minItems':
        if (Array.isArray(value) && value.length < (rule as number)) fail('has too few items');
        break;
      case 'maxItems':
        if (Array.isArray(value) && value.length > (rule as number)) fail('has too many items');
        break;
      case 'uniqueItems':
        if (Array.isArray(value) && new Set(value.map((one) => JSON.stringify(one))).size < value.length)
          fail('repeats an item');
        break;
      case 'required':
        for (const name of rule as string[]) if (object && !(name in object)) fail(`lacks ${name}`);
        break;
      case 'properties':
        for (const [name, sub] of Object.entries(rule as Record<string, Schema>))
          if (object && name in object) wrong.push(...inner(object[name], sub, `${at}/${name}`));
        break;
      case 'additionalProperties':
        for (const name of Object.keys(object ?? {}))
          if (!(name in ((schema.properties as object) ?? {})) && !matchesPattern(schema, name))
            wrong.push(...inner(object![name], rule as Schema, `${at}/${name}`));
        break;
      case 'patternProperties':
        for (const [pattern, sub] of Object.entries(rule as Record<string, Schema>))
          for (const name of Object.keys(object ?? {}))
            if (new RegExp(pattern, 'u').test(name)) wrong.push(...inner(object![name], sub, `${at}/${name}`));
        break;
      case 'items':
      case 'additionalItems':
        // A list of schemas is for the items at their places, additionalItems for those after them.
        for (const [i, one] of (Array.isArray(value) ? value : []).entries()) {
          const places = Array.isArray(schema.items) ? (schema.items as Schema[]) : undefined;
          const isPlaced = places !== undefined && i < places.length;
          if (keyword === 'additionalItems' ? isPlaced || !places : places && !isPlaced) continue;
          wrong.push(...inner(one, isPlaced ? places[i]! : (rule as Schema), `${at}/${i}`));
        }
        break;
      case 'allOf':
        for (const sub of rule as Schema[]) wrong.push(...inner(value, sub));
        break;
      case 'anyOf':
        if (!(rule as Schema[]).some(fits)) fail('fits none of the choices');
        break;
      case 'oneOf':
        if ((rule as Schema[]).filter(fits).length !== 1) fail('does not fit exactly one of the choices');
        break;
      case 'not':
        if (fits(rule as Schema)) fail('is what it must not be');
        break;
      case 'if': {
        const branch = fits(rule as Schema) ? schema.then : schema.else;
        if (branch !== undefined) wrong.push(...inner(value, branch as Schema));
        break;
      }
      case 'then':
      case 'else':
        break;
      default:
        if (!NOT_CHECKED.has(keyword)) throw new Error(`the keyword ${keyword} is not known`);
    }
  }
  return wrong;
}

function matchesPattern(schema: SchemaObject, name: string): boolean {
  return Object.keys((schema.patternProperties as object) ?? {}).some((pattern) => new RegExp(pattern, 'u').test(name));
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
