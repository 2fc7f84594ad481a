import { createPinia } from 'pinia'
import { createApp } from 'vue'

import App from './App.vue'
import { connect } from './bridge'
import { deskKey } from './stores/desk'

void connect().then((desk) => createApp(App).use(createPinia()).provide(deskKey, desk).mount('#app'))
