export default function Requirements() { return null; }
