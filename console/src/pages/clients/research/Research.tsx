export default function Research() { return null; }
