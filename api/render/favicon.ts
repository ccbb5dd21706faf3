/** A cart. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#14532d"/><path d="M5 7h4l4 13h11l3-9H11" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/><circle cx="14" cy="25" r="2" fill="#fff"/><circle cx="23" cy="25" r="2" fill="#fff"/></svg>
`;
