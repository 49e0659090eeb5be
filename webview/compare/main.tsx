import '@vscode/codicons/dist/codicon.css';
import { render } from 'preact';
import type { ComparePageEvents, ComparePageRequests } from '../../src/protocol/comparePage.ts';
import { connectHost } from '../kit/host.ts';
import '../kit/theme.css';
import { App } from './app.tsx';
import './compare.css';

const root = document.getElementById('root');
if (root) render(<App host={connectHost<ComparePageRequests, ComparePageEvents>()} />, root);
