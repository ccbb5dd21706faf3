import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { eventComponents, eventJson, type ShownEventType, shownEventTypes } from '../../api/render/event.ts';
import { defined } from './fixture.ts';

/** The schemas of the code, which are closed: a field that they do not have is an error here. */
const createValidators = (): ReadonlyMap<string, ValidateFunction> => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const base = 'http://localhost/';
  const schemas = Object.fromEntries(eventComponents.map(({ name, schema }) => [name, schema]));
  ajv.addSchema(JSON.parse(JSON.stringify({ $id: base, components: { schemas } })));
  const compile = (type: ShownEventType) =>
    ajv.compile(
      JSON.parse(JSON.stringify(eventJson(type)).replaceAll('"#/components/', `"${base}#/components/`)),
    );
  return new Map(shownEventTypes.map((type) => [type, compile(type)]));
};

const validators = createValidators();

/** What is wrong with the body of an event by the schema of its type. */
export const faultsOfEvent = (type: string, body: unknown): readonly string[] => {
  const validate = defined(validators.get(type));
  validate(body);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${type} ${instancePath} ${message}`);
};
