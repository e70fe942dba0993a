export { type CloudFilesContext, cloudFilesSource } from './cloud-files-source.ts'
export {
  bindFiles,
  type FilesInputContext,
  type FilesPin,
  knownFilesSchema,
  listedFiles,
  pinFiles,
  resolveFiles,
} from './files-input.ts'
