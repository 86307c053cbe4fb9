/** First part of the keys of saved plans in the state bucket. Its lifecycle rule expires what is below it and nothing else. */
export const PLANS_PREFIX = "plans/";
