/** The pages with their generated parts renewed. */
export function pages(): { path: string; text: string }[];
