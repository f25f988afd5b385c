// Runs once, in a gr.HTML whose value are messages from Python (`Desk.post`): what to store, forget, download.

const deliver = () => {
  const { put = {}, drop = [], current, download } = props.value ?? {};
  try {
    drop.forEach((name) => localStorage.removeItem(name));
    Object.entries(put).forEach(([name, token]) => localStorage.setItem(name, token));
    if (current !== undefined) sessionStorage.setItem("onrecord-current", current);
  } catch (error) {
    console.warn("On Record: the browser keeps no conversations:", error.message);  // full, or forbidden
  }
  if (download) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([download.content], { type: `${download.type};charset=utf-8` }));
    link.download = download.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
};

watch("value", deliver);
