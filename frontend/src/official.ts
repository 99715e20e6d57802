import "../styles/official.scss";
import "htmx.org";
import { listenForShortcuts } from "./keyboard/shortcuts";

listenForShortcuts(document);
