// What the page says, in both languages, and the few pieces it is made of.
export const WORDS = {
  vi: {
    camera: "Camera", seen: "Camera đang thấy", drawn: "Vùng, vạch và mặt nạ", rules: "Luật", events: "Vừa xảy ra",
    hint: "Kéo các góc, hoặc chọn một góc rồi dùng phím mũi tên (Shift: bước dài, Delete: xóa góc). Chấm nhỏ giữa hai góc thêm một góc.",
    maskHint: "Mặt nạ che đen mọi hình gửi đi; không gì dưới mặt nạ được đếm.",
    addZone: "Thêm vùng", addLine: "Thêm vạch", addMask: "Thêm mặt nạ", addRule: "Thêm luật", newRule: "Loại luật", zoneFirst: "Hãy vẽ một vùng trước.",
    save: "Lưu vào tệp", reload: "Bỏ thay đổi", remove: "Xóa", name: "Mã",
    zone: "Vùng", line: "Vạch", mask: "Mặt nạ", way: "Mũi tên", rightward: "Sang phải gọi là", leftward: "Sang trái gọi là", corner: "góc", between: "thêm góc sau góc",
    saved: "Đã lưu. Khởi động lại nút để áp dụng.", conflict: "Tệp đã bị người khác sửa. Bỏ thay đổi và vẽ lại.",
    refused: "Chưa lưu được:", unread: "Không đọc được tệp:", away: "Mất liên lạc với chương trình.", live: "đang có hình", blind: "không có hình", unfit: "hình không dùng được",
    looks: "lần xem", spared: "lần không cần xem", still: "hình đứng yên, không chạy máy dò", noPicture: "Không thể hiện hình:", other: "English", overlay: "Vùng, vạch, mặt nạ và đối tượng trên hình", picture: "Hình từ camera",
    after_s: "Sau bao nhiêu giây", for_s: "Kéo dài bao nhiêu giây", at_least: "Từ bao nhiêu trở lên", over: "Từ bao nhiêu trở lên (hoặc)", under: "Nhiều nhất bao nhiêu (hoặc)",
    share: "Phần vùng thay đổi (0 đến 1)", every_s: "Xem lại sau mỗi bao nhiêu giây", classes: "Chỉ những loại này (trống: như thường)",
    arrow: "Chiều đúng là mũi tên trên hình.", byHand: "Các số liệu khác: sửa trong tệp.",
    open: "Đang xảy ra", now: "Gần nhất lúc này", nearest: "Gần nhất từ trước đến giờ", nobody: "Chưa ai ở gần mức này.", unsaved: "Có hiệu lực sau khi lưu.",
    learning: "Đang học hình sạch.", relearn: "Hình bây giờ là sạch", relearnt: "Đang học lại. Nút sẽ học từ những hình đầu tiên sau lần khởi động tới.",
    nodeRuns: "Ở đây đang học lại. Nút đang chạy nên chưa biết: dừng nút rồi bấm lại, hoặc gửi lệnh relearn từ trung tâm.",
    anything: "Bất kỳ ai hay vật gì", people: "Người", vehicles: "Xe", things: "Vật",
  },
  en: {
    camera: "Camera", seen: "What the camera sees", drawn: "Zones, lines and masks", rules: "Rules", events: "Just happened",
    hint: "Drag the corners, or choose one and use the arrow keys (Shift: long steps, Delete: remove it). A small dot between two corners adds one.",
    maskHint: "A mask is black in every picture that leaves, and nothing under it is counted.",
    addZone: "Add a zone", addLine: "Add a line", addMask: "Add a mask", addRule: "Add a rule", newRule: "Kind of rule", zoneFirst: "Draw a zone first.",
    save: "Save to the file", reload: "Drop the changes", remove: "Remove", name: "Id",
    zone: "Zone", line: "Line", mask: "Mask", way: "Arrow", rightward: "To the right is called", leftward: "To the left is called", corner: "corner", between: "add a corner after corner",
    saved: "Saved. Restart the node to apply it.", conflict: "Somebody else changed the file. Drop the changes and draw again.",
    refused: "Not saved:", unread: "The file cannot be read:", away: "The program does not answer.", live: "picture is live", blind: "no picture", unfit: "picture is unfit",
    looks: "looks", spared: "looks spared", still: "nothing moves, no detector was run", noPicture: "No picture can be shown:", other: "Tiếng Việt", overlay: "Zones, lines, masks and objects on the picture", picture: "Picture of the camera",
    after_s: "After how many seconds", for_s: "For how many seconds", at_least: "How many or more", over: "How many or more (either)", under: "How many at most (or)",
    share: "Part of the zone that changed (0 to 1)", every_s: "Look every so many seconds", classes: "Only these classes (empty: the usual)",
    arrow: "The right way is the arrow on the picture.", byHand: "Other figures: edit them in the file.",
    open: "Happening now", now: "Nearest now", nearest: "Nearest so far", nobody: "Nobody has come near it.", unsaved: "Takes effect once it is saved.",
    learning: "Still learning what is clean.", relearn: "What is there now is clean", relearnt: "Learning anew. The node learns from its first pictures after its next start.",
    nodeRuns: "Here it learns anew. The node runs and was not told: stop it and press again, or have the centre send it the order relearn.",
    anything: "Anybody or anything", people: "People", vehicles: "Vehicles", things: "Things",
  },
};
export const KINDS = {
  vi: {
    loitering: ["Lảng vảng", "{who}: ở trong {zone} từ {after_s} giây."],
    stopped_vehicle: ["Xe dừng", "{who}: dừng trong {zone} từ {after_s} giây."],
    crowding: ["Tụ tập", "{who}: từ {at_least} trở lên trong {zone} suốt {for_s} giây."],
    occupancy: ["Số người trong vùng", "{who}: từ {over} trở lên trong {zone} suốt {for_s} giây.", "{who}: nhiều nhất {under} trong {zone} suốt {for_s} giây."],
    wrong_way: ["Đi ngược chiều", "{who}: đi ngược mũi tên trong {zone}."],
    queue: ["Hàng chờ dài", "{who}: từ {at_least} trở lên xếp hàng trong {zone} suốt {for_s} giây."],
    congestion: ["Ùn tắc", "{who}: từ {at_least} trở lên đi rất chậm trong {zone} suốt {for_s} giây."],
    speeding: ["Chạy quá tốc độ", "{who}: chắc chắn chạy quá {over_kmh} km/h trong {zone}."],
    object_left: ["Vật bị bỏ lại", "{who}: bị bỏ lại trong {zone} từ {after_s} giây."],
    object_removed: ["Vật bị lấy đi", "{who}: từng ở trong {zone}, đã mất từ {after_s} giây."],
    slow_change: ["Thay đổi chậm", "{zone}: từ {share} diện tích khác với hình sạch, xem lại mỗi {every_s} giây."],
  },
  en: {
    loitering: ["Loitering", "{who}: in {zone} for {after_s} s or longer."],
    stopped_vehicle: ["Stopped vehicle", "{who}: standing in {zone} for {after_s} s."],
    crowding: ["Crowding", "{who}: {at_least} or more in {zone} for {for_s} s."],
    occupancy: ["Occupancy", "{who}: {over} or more in {zone} for {for_s} s.", "{who}: at most {under} in {zone} for {for_s} s."],
    wrong_way: ["Wrong way", "{who}: going against the arrow in {zone}."],
    queue: ["Queue", "{who}: {at_least} or more waiting behind each other in {zone} for {for_s} s."],
    congestion: ["Congestion", "{who}: {at_least} or more going very slowly in {zone} for {for_s} s."],
    speeding: ["Speeding", "{who}: surely faster than {over_kmh} km/h in {zone}."],
    object_left: ["Object left behind", "{who}: left alone in {zone} for {after_s} s."],
    object_removed: ["Object removed", "{who}: stood in {zone} and has been gone for {after_s} s."],
    slow_change: ["Slow change", "{zone}: {share} of it looks other than clean, looked at every {every_s} s."],
  },
};
// What happens in a moment, and how far along is what lasts.
export const MOMENTS = {
  vi: { line_crossed: "Qua vạch", zone_entered: "Vào vùng", zone_left: "Rời vùng" },
  en: { line_crossed: "Line crossed", zone_entered: "Zone entered", zone_left: "Zone left" },
};
export const PHASES = {
  vi: { opened: "bắt đầu", updated: "tiếp diễn", closed: "kết thúc" },
  en: { opened: "begins", updated: "goes on", closed: "ends" },
};
export const FIGURES = {
  vi: {
    dwell: "đã ở {reached} trên {wanted} giây", still: "đã dừng {reached} trên {wanted} giây", alone: "không ai ở gần {reached} trên {wanted} giây",
    settled: "đã ở yên {reached} trên {wanted} giây", empty: "đã mất {reached} trên {wanted} giây", count: "có {reached}, cần {wanted}",
    held: "kéo dài {reached} trên {wanted} giây", pace: "tốc độ {reached}, cần không quá {wanted} bề rộng khung mỗi giây", back: "đi ngược {reached} trên {wanted} bề rộng khung",
    speed: "chắc chắn {reached} trên {wanted} km/h", share: "{reached} diện tích khác đi, cần {wanted}", looks: "khác đi {reached} trên {wanted} lần xem", class: "thuộc loại không hỏi tới, đã ở {reached} giây",
  },
  en: {
    dwell: "stayed {reached} of {wanted} s", still: "stood {reached} of {wanted} s", alone: "left alone {reached} of {wanted} s",
    settled: "stood {reached} of {wanted} s", empty: "gone {reached} of {wanted} s", count: "{reached} there of {wanted}",
    held: "so for {reached} of {wanted} s", pace: "pace {reached}, at most {wanted} box sizes a second wanted", back: "came back {reached} of {wanted} box sizes",
    speed: "surely {reached} of {wanted} km/h", share: "{reached} changed of {wanted}", looks: "changed in {reached} of {wanted} looks", class: "of a class that is not asked for, stayed {reached} s",
  },
};

let language = remembered();
function remembered() {
  try { return localStorage.getItem("wardsense.language") === "en" ? "en" : "vi"; } catch { return "vi"; }
}
export const spoken = () => language;
export function choose(chosen) {
  language = chosen;
  try { localStorage.setItem("wardsense.language", chosen); } catch { /* a browser that keeps nothing */ }
}
export const word = (key) => WORDS[language][key] ?? key;
export const kindWords = (kind) => KINDS[language][kind] ?? [kind, "{who}: {zone}."];
export const figureWords = (what) => FIGURES[language][what] ?? what;
export function happenedWords(one) {
  const moment = MOMENTS[language][one.kind];
  const what = moment ?? kindWords(one.kind)[0], phase = moment ? undefined : PHASES[language][one.phase];
  return [what, one.place, one.subject === "any" ? undefined : one.subject, phase].filter(Boolean).join(" · ");
}
export const filled = (text, parts) => text.replace(/\{(\w+)\}/g, (_, key) => parts[key] ?? "…");
export function made(name, attributes, ...inside) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
}
