//! Finds Chromium, Firefox and WebKit for the tests, or fetches them: first what is installed, then Playwright's own
//! builds, then, as root on Debian and its kin, the system's packages.
//!
//! The tests read the result from the environment, one variable a browser: `system:PATH`, `playwright`, or
//! `missing:WHAT TO DO`. Chromium is required; the tests of another browser that cannot be had are skipped.

use crate::process::{root, say, succeeds};
use crate::system;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// One browser and the ways to get it.
struct Browser {
    name: &'static str,
    /// The variable that the tests read.
    result: &'static str,
    /// Variables through which a person names the program to use.
    chosen: &'static [&'static str],
    /// Programs to look for: names on the PATH or whole paths.
    programs: &'static [&'static str],
    /// Further programs without which the first is of no use.
    companions: &'static [&'static str],
    /// Debian packages that hold all of these.
    packages: &'static [&'static str],
}

const BROWSERS: [Browser; 3] = [
    Browser {
        name: "chromium",
        result: "DAYDREAM_CHROMIUM",
        chosen: &["CHROMIUM_PATH", "CHROME_PATH"],
        programs: &[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            r"C:\Program Files\Google\Chrome\Application\chrome.exe",
            r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
            r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
        ],
        companions: &[],
        packages: &["chromium"],
    },
    Browser {
        name: "firefox",
        result: "DAYDREAM_FIREFOX",
        chosen: &["FIREFOX_PATH"],
        programs: &[
            "firefox-esr",
            "firefox",
            "/Applications/Firefox.app/Contents/MacOS/firefox",
            r"C:\Program Files\Mozilla Firefox\firefox.exe",
        ],
        companions: &[],
        packages: &["firefox-esr"],
    },
    Browser {
        name: "webkit",
        result: "DAYDREAM_WEBKIT",
        chosen: &["WEBKIT_DRIVER_PATH"],
        programs: &["WebKitWebDriver"],
        companions: &["Xvfb"],
        packages: &["webkit2gtk-driver", "xvfb", "libgl1-mesa-dri"],
    },
];

/// The environment that tells the tests where each browser is.
///
/// # Errors
/// When Chromium cannot be had: without it the page is untested.
pub(crate) fn find() -> Result<Vec<(&'static str, String)>> {
    let mut found = vec![("PLAYWRIGHT_BROWSERS_PATH", playwright_folder().display().to_string())];
    for browser in &BROWSERS {
        let place = browser.find_or_fetch();
        if let Some(what_to_do) = place.strip_prefix("missing:") {
            if browser.name == "chromium" {
                bail!("no Chromium: {what_to_do}");
            }
            println!("SKIPPED: {} is missing: {what_to_do}", browser.name);
        } else {
            say(&format!("{}: {}", browser.name, place.trim_start_matches("system:")));
        }
        found.push((browser.result, place));
    }
    Ok(found)
}

impl Browser {
    fn find_or_fetch(&self) -> String {
        if let Some(path) = self.installed() {
            return format!("system:{}", path.display());
        }
        if self.fetch_from_playwright() {
            return "playwright".to_owned();
        }
        if system::install(self.packages)
            && let Some(path) = self.installed()
        {
            return format!("system:{}", path.display());
        }
        format!(
            "missing:install it (on Debian and its kin: `apt-get install {}`), or let `npx playwright install {}` \
             reach its server, or name the program in {}",
            self.packages.join(" "),
            self.name,
            self.chosen.join(" or "),
        )
    }

    fn installed(&self) -> Option<PathBuf> {
        let chosen = self.chosen.iter().find_map(std::env::var_os).map(PathBuf::from);
        if chosen.is_some() {
            return chosen;
        }
        self.companions.iter().try_for_each(|program| system::locate(program).map(drop))?;
        self.programs.iter().find_map(|program| system::locate(program))
    }

    /// Downloads Playwright's build, and believes in it only when it starts: a bare system may lack its libraries.
    fn fetch_from_playwright(&self) -> bool {
        let starts = || {
            let script = format!(
                "import {{ {0} }} from 'playwright-core'; await (await {0}.launch({{ chromiumSandbox: false }})).close();",
                self.name
            );
            succeeds(playwright().args(["--input-type=module", "--eval", &script]))
        };
        let cached = playwright_folder().is_dir() && starts();
        if cached {
            return true;
        }
        say(&format!("{} is not installed; asking Playwright for it", self.name));
        let command_line = "node_modules/playwright-core/cli.js";
        succeeds(playwright().args([command_line, "install", self.name])) && starts()
    }
}

/// Where Playwright's builds are kept.
fn playwright_folder() -> PathBuf {
    root().join("target/browsers")
}

fn playwright() -> Command {
    let mut command = Command::new("node");
    command.current_dir(root().join("tests/browser")).env("PLAYWRIGHT_BROWSERS_PATH", playwright_folder());
    command
}
