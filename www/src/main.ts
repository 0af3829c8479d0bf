// In this order: as soon as the page is there, it opens a model.
import './page/isolation';
import './page/page';
