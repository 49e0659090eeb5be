/** What the sample agent is asked, one run each: a good one first, then what can go wrong. */
export const questions = [
  { name: 'trip', text: 'I am in Lisbon tomorrow. What is the weather, and which train goes to Sintra?' },
  { name: 'code', text: 'Write a Python function that converts Celsius to Fahrenheit.' },
  { name: 'handbook', text: 'What does the travel handbook say about hotels and about trains?' },
  { name: 'rate-limit', text: 'Which day is best for the museums of Lisbon?' },
  { name: 'tool-failure', text: 'Please cancel my booking B-17.' },
  { name: 'truncated', text: 'Describe every museum of Lisbon in full.' },
  { name: 'refusal', text: 'Give me the home address of the passenger in seat 14C.' },
  { name: 'outage', text: 'Book the night train to Madrid.' },
];
