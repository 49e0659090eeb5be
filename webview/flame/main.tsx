import '@vscode/codicons/dist/codicon.css';
import { render } from 'preact';
import type { FlamePageEvents, FlamePageRequests } from '../../src/protocol/flame.ts';
import { connectHost } from '../kit/host.ts';
import '../kit/theme.css';
import { App } from './app.tsx';
import './flame.css';

const root = document.getElementById('root');
if (root) render(<App host={connectHost<FlamePageRequests, FlamePageEvents>()} />, root);
