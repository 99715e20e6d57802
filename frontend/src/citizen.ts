import "../styles/citizen.scss";
import { countCharacters } from "./behaviour/count";
import { leadToErrors } from "./behaviour/errors";
import { sendOnce } from "./behaviour/submit";
import { listFiles } from "./behaviour/upload";

// Nothing here is needed to use a page: each behaviour only makes something that already works more comfortable.
document.documentElement.classList.add("sr-script");
sendOnce(document);
leadToErrors(document);
countCharacters(document);
listFiles(document);
