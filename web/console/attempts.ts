type Attempt<Form, Request> = {
  readonly form: Form;
  readonly request: Request;
  readonly idempotencyKey: string;
};

/**
 * What is sent when somebody presses again after an answer that was lost: the same request under the same
 * Idempotency-Key, or a second key or endpoint would be made that nobody knows. Another form is another attempt.
 */
export const createAttempts = <Form, Request>(newId: () => string) => {
  let last: Attempt<Form, Request> | null = null;
  return {
    of: (form: Form, request: Request): Attempt<Form, Request> => {
      if (last?.form !== form) last = { form, request, idempotencyKey: newId() };
      return last;
    },
  };
};
