/** Mantine in the words of tokens.css: its components read our names and no others. */
import { createTheme, Loader, Modal, Drawer, Tooltip, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = ["#e1f1f3", "#c5e3e8", "#a6d0d8", "#7fbcc8", "#5cc3d3", "#35899a", "#1a7687", "#0b6878", "#084f5c", "#063c46"];

/** What a chat on somebody's pages is offered as its colour. */
export const ACCENTS = ["#0b6878", "#2355b0", "#5b4bb7", "#75387f", "#ae241c", "#b4540a", "#176c43", "#0e1e21"];

export const theme = createTheme({
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "0.6875rem", sm: "0.75rem", md: "0.8125rem", lg: "0.875rem", xl: "1rem" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px" },
  defaultRadius: "sm",
  colors: { petrol },
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 4 },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Loader: Loader.extend({ defaultProps: { size: "sm", type: "dots" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, fz: "sm" } }),
    Modal: Modal.extend({ defaultProps: { radius: "lg", overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 160 }, closeButtonProps: { "aria-label": "Close" }, attributes: { header: { role: "presentation" } } } }), // its header is no landmark of the page
    Drawer: Drawer.extend({ defaultProps: { overlayProps: { backgroundOpacity: 0.15 }, transitionProps: { duration: 200 } } }),
  },
});

const mapped = {
  "--mantine-color-body": "var(--bg)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--text)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-primary-color-filled": "var(--accent)",
  "--mantine-primary-color-filled-hover": "var(--accent-hover)",
  "--mantine-primary-color-light": "var(--accent-soft)",
  "--mantine-primary-color-light-hover": "var(--selected)",
  "--mantine-primary-color-light-color": "var(--accent)",
  "--mantine-primary-color-contrast": "var(--on-accent)",
  "--mantine-color-petrol-filled": "var(--accent)",
  "--mantine-color-petrol-filled-hover": "var(--accent-hover)",
  "--mantine-color-petrol-light": "var(--accent-soft)",
  "--mantine-color-petrol-light-color": "var(--accent)",
  "--mantine-color-petrol-outline": "var(--accent)",
  "--mantine-shadow-sm": "var(--shadow-1)",
  "--mantine-shadow-md": "var(--shadow-2)",
  "--mantine-shadow-xl": "var(--shadow-3)",
};
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: mapped, dark: mapped });
