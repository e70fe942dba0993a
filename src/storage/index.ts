export { localStorage } from './local-storage.ts'
export { memoryStorage } from './memory-storage.ts'
export { type ObjectInfo, STAGING_FOLDER, type Storage } from './storage.ts'
