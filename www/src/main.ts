import './page/page';
