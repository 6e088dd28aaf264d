/**
 * How WardSense looks: jade on river-dark slate, a typeface drawn for Vietnamese, and severities told apart by shape as
 * well as by colour (see `parts/Severity`), because one man in twelve does not see red from green.
 */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const jade: MantineColorsTuple = [
  "#e5faf6", "#cdf1ea", "#9de3d6", "#69d4c1", "#41c7af", "#28bfa4", "#17a58d", "#0a8572", "#056b5c", "#00483e",
]; // prettier-ignore
const slate: MantineColorsTuple = [
  "#e8eef1", "#c5d0d6", "#a2b1ba", "#82949e", "#5e717c", "#3c4f5a", "#233541", "#172833", "#0f1f29", "#0a161e",
]; // prettier-ignore

export const theme = createTheme({
  primaryColor: "jade",
  // One shade for both: what is written on a filled button is chosen without knowing the theme.
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { jade, dark: slate },
  fontFamily: "'Be Vietnam Pro', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', Menlo, monospace",
  headings: { fontFamily: "'Be Vietnam Pro', system-ui, sans-serif", fontWeight: "600" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  breakpoints: { xs: "30em", sm: "48em", md: "64em", lg: "80em", xl: "100em" },
  components: {
    Button: { defaultProps: { size: "sm" } },
    // A dialog's head is no banner of the page.
    ModalHeader: { defaultProps: { component: "div" } },
    DrawerHeader: { defaultProps: { component: "div" } },
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: true, events: { hover: true, focus: true, touch: false } },
    },
  },
});
