import '@vscode/codicons/dist/codicon.css';
import { render } from 'preact';
import type { DetailsEvents, DetailsRequests } from '../../src/protocol/webview.ts';
import { connectHost } from '../kit/host.ts';
import '../kit/theme.css';
import { App } from './app.tsx';
import './details.css';

const root = document.getElementById('root');
if (root) render(<App host={connectHost<DetailsRequests, DetailsEvents>()} />, root);
