import "../styles/official.scss";
import "htmx.org";
import { keepLive } from "./behaviour/live";
import { listenForShortcuts } from "./keyboard/shortcuts";

listenForShortcuts(document);
keepLive(document);
