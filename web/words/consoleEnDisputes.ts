/** Why a customer disputes a payment, by the provider’s word, in English. Other languages have the same members. */
export const consoleEnDisputes = {
  fraudulent: 'The customer did not make the payment',
  unrecognized: 'The customer does not recognise the payment',
  duplicate: 'Charged more than once',
  product_not_received: 'Not received',
  product_unacceptable: 'Not as described, or damaged',
  subscription_canceled: 'Charged after it was cancelled',
  credit_not_processed: 'A refund that was promised did not come',
  general: 'No reason given',
};

export type ConsoleDisputeWords = typeof consoleEnDisputes;
