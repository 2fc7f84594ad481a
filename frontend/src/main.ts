import { createApp } from 'vue'

import App from './App.vue'
import { connect } from './bridge'

void connect().then((desk) => createApp(App, { desk }).mount('#app'))
