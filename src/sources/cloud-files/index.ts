export { type CloudFilesContext, cloudFilesSource } from './cloud-files-source.ts'
export {
  bindFiles,
  type FilesInputContext,
  type FilesPin,
  knownFilesSchema,
  pinFiles,
  resolveFiles,
} from './files-input.ts'
