import './day-dream';
