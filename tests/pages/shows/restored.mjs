export const restored = [];
