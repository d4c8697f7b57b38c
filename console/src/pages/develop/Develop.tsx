export default function Develop() { return null; }
