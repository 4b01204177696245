// Photos are made smaller before they are sent (longest side 1,600 px) and shown; the server measures them again.
const LONGEST = 1600;

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  const picture = await createImageBitmap(file);
  const scale = LONGEST / Math.max(picture.width, picture.height);
  if (scale >= 1) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
  return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: blob.type }) : file;
}

function preview(input) {
  input.parentElement.querySelector(".previews")?.remove();
  const list = document.createElement("div");
  list.className = "photos previews";
  for (const file of input.files) {
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    list.append(image);
  }
  input.after(list);
}

document.addEventListener("change", async ({ target }) => {
  if (!target.matches?.("[data-photos] input[type=file]")) return;
  const files = new DataTransfer();
  for (const file of target.files) files.items.add(await smaller(file).catch(() => file));
  target.files = files.files;
  preview(target);
});
