#!/usr/bin/python3
"""Pages of `orbsim report` in a real browser (headless Chromium, driven by selenium; both Debian packages): nothing goes wrong in the
console, no request leaves the page, what is to be drawn is drawn, the slider and the keyboard work, colours have contrast, and nothing
is wider than a telephone.

    page_test.py [ORBSIM]
    page_test.py --screenshots DIR [ORBSIM]      pictures of all pages besides
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[4]
ORBSIM = ROOT / "build/release/bin/orbsim"
SCREENSHOTS = None

CONTRAST = """
const style = getComputedStyle(document.documentElement);
const light = (name) => {
  const hex = style.getPropertyValue('--' + name).trim().slice(1);
  const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const [a, b] = [light(arguments[0]), light(arguments[1])];
return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
"""


def orbsim(*arguments, may_fail=False):
    done = subprocess.run([ORBSIM, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 and not may_fail:
        raise AssertionError(f"orbsim {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def make_pages(folder):
    """Pages by name."""
    pages = {name: folder / f"{name}.html" for name in ("matches", "blocks", "rings", "failed", "bare", "compared", "swept", "seeds", "edge", "no_edge")}
    matches = ("run", "tests/determinism/every_feature.json")
    orbsim(*matches, "--trace", "messages", "--out", folder / "matches", may_fail=True)
    orbsim(*matches, "--seed", 2, "--out", folder / "other", may_fail=True)
    orbsim("run", "scenarios/flapping_cuts.json", "--trace", "full", "--out", folder / "blocks", may_fail=True)
    orbsim("run", "scenarios/rings_without_room.json", "--until", "22min", "--out", folder / "rings", may_fail=True)
    orbsim("run", "scenarios/pend_commit_interleave.json", "--seed", 3, "--set", "profile=upstream", "--out", folder / "failed", may_fail=True)
    sweep = ("sweep", "scenarios/pend_commit_interleave.json", "--metric", "write.success", "--metric", "write.time.p50")
    orbsim(*sweep, "--seeds", 6, "--vary", "profile=strict,upstream", "--vary", "protocol.transactions.cluster_size=4,5,6", "--out", folder / "swept", may_fail=True)
    orbsim(*sweep, "--seeds", 6, "--out", folder / "seeds", may_fail=True)
    envelope = ("envelope", "scenarios/pend_commit_interleave.json", "--axis", "network.loss", "--from", "0%", "--seeds", 6)
    orbsim(*envelope, "--to", "90%", "--at", "1%", "--out", folder / "edge")
    orbsim(*envelope, "--to", "1.0%", "--expect", "TX-1", "--out", folder / "no_edge", may_fail=True)
    for name in ("matches", "blocks", "rings", "failed", "swept", "seeds", "edge", "no_edge"):
        orbsim("report", folder / name, "--out", pages[name])
    orbsim("report", folder / "matches", folder / "other", "--out", pages["compared"])
    for file in ("timeline.csv", "histograms.csv", "peers.jsonl", "capsule.json"):
        (folder / "other" / file).unlink()
    orbsim("report", folder / "other", "--out", pages["bare"])
    return pages


def start_browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                     "--disable-component-update", "--no-first-run", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="report_pages_")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.pages = make_pages(pathlib.Path(cls.folder.name))
        cls.browser = start_browser()
        cls.addClassCleanup(cls.browser.quit)

    def open(self, name, width=1280, scheme="light"):
        """Opens a page and fails on anything in the console and on any request but that for the page."""
        url = self.pages[name].as_uri()
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)
        self.browser.get(url)
        self.wait_for_plots()
        self.check_quiet(url)

    def wait_until(self, condition):
        """For what a browser does in a task of its own, after it has answered: it tells of an opened <details> and of sizes later."""
        return WebDriverWait(self.browser, 30).until(lambda _: condition())

    def wait_for_plots(self):
        """A plot is drawn when it is told its width."""
        self.wait_until(lambda: self.run_script("return [...document.querySelectorAll('figure')].every((one) => one.offsetParent === null || one.querySelector('svg.plot'))"))

    def check_quiet(self, url):
        self.assertEqual(self.browser.get_log("browser"), [], "the console has messages")
        asked = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        self.assertEqual([one for one in asked if one.split("#")[0] != url], [], "a request left the page")

    def run_script(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def count(self, selector):
        return len(self.browser.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector).get_attribute("textContent")

    def data(self):
        return json.loads(self.text("#data"))

    def test_every_page_is_quiet_in_both_schemes(self):
        for name in self.pages:
            for scheme in ("light", "dark"):
                with self.subTest(page=name, scheme=scheme):
                    self.open(name, scheme=scheme)
                    self.assertGreater(self.count("main section"), 2)

    def test_a_run_is_drawn(self):
        self.open("matches")
        run = self.data()["runs"][0]
        names = run["timeline"]["names"]
        live = [i for i, name in enumerate(names) if any(run["timeline"]["columns"][i])]
        self.assertEqual(self.count("#time path.mark"), len(live), "a line for each column that is not zero")
        several = [one for one in run["histograms"] if len(one["up_to"]) > 1]
        self.assertGreater(len(several), 3)
        self.assertEqual(self.count("#distributions svg.plot"), len(several))
        for figure in self.browser.find_elements(By.CSS_SELECTOR, "#distributions figure"):
            bars = figure.find_elements(By.CSS_SELECTOR, "rect.mark")
            heights = [float(bar.get_attribute("height")) for bar in bars]
            self.assertGreater(max(heights), 50, "the highest bar is high")
        self.assertGreaterEqual(self.count("#ring circle.mark"), len([peer for peer in run["peers"]["peers"] if peer["column"] is not None]))
        groups = len(run["trace"]["groups"]["names"])
        self.assertEqual(self.count("#messages rect.cell"), groups * groups + len(run["trace"]["regions"]["names"]) ** 2)
        self.assertEqual(self.count("#verdicts tbody tr"), len(run["summary"]["checks"]) + len(run["summary"]["expectations"]))

    def test_the_slider_moves_the_ring_through_time(self):
        self.open("matches")
        slider = self.browser.find_element(By.ID, "ring-time")
        frames = self.data()["runs"][0]["peers"]["frames"]
        self.assertGreater(len(frames), 20)
        shown = lambda: (self.text("#ring output[for]"), self.count("#ring circle.up"))
        up = lambda frame: sum(letter not in ".=" for letter in frame["states"])
        self.run_script("arguments[0].focus()", slider)
        slider.send_keys(Keys.HOME)
        first = shown()
        self.assertEqual(first[1], up(frames[0]))
        slider.send_keys(Keys.END)
        last = shown()
        self.assertNotEqual(first[0], last[0])
        self.assertEqual(last[1], up(frames[-1]))
        slider.send_keys(Keys.ARROW_LEFT)
        self.assertNotEqual(shown()[0], last[0], "one frame back")
        self.assertEqual(shown()[1], up(frames[-2]))

    def test_the_web_shows_who_stands_where_and_who_moves(self):
        self.open("rings")
        rings = self.data()["runs"][0]["rings"]
        slider = self.browser.find_element(By.ID, "web-time")
        visible = lambda: self.run_script("return [...document.querySelectorAll('#web path.storage')].filter((one) => one.getAttribute('display') !== 'none').length")
        moving = lambda frame: sum(frame["places"][at + 1] != frame["places"][at + 2] for at in range(0, len(frame["places"]), 3))
        self.assertGreater(max(moving(frame) for frame in rings["frames"]), 3)
        self.assertGreater(max(frame["nodes"][4] for frame in rings["frames"]), 0, "some are down")
        self.run_script("arguments[0].focus()", slider)
        for step in range(0, len(rings["frames"]), 9):
            self.run_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", slider, step)
            frame = rings["frames"][step]
            self.assertEqual(visible(), sum(frame["nodes"]))
            self.assertEqual(self.count("#web line.way"), moving(frame))
            self.assertEqual(self.count("#web line.under"), len(frame["fell_at"]))
            self.assertEqual(self.count("#web line.short"), len(frame["short_at"]))
            for name, letters in (("active", "a"), ("moving", "m"), ("down", "d")):
                self.assertEqual(self.count(f"#web path.storage.{name}:not([display=none])"), sum(letter in letters for letter in frame["places"][::3]), name)
            self.assertIn(f"{frame['pressed']}", self.text("#web .facts div:last-child dd"))
        self.assertGreater(self.count("#web line.short"), 3, "what found no room")

    def test_play_goes_through_time_and_stops_at_its_end(self):
        self.open("rings")
        slider, button = self.browser.find_element(By.ID, "web-time"), self.browser.find_element(By.CSS_SELECTOR, "#web .play")
        last = len(self.data()["runs"][0]["rings"]["frames"]) - 1
        place = lambda: int(slider.get_attribute("value"))
        self.run_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", slider, last - 3)
        button.send_keys(Keys.ENTER)
        self.assertEqual(button.text, "Pause")
        self.wait_until(lambda: place() == last and button.text == "Play")
        button.send_keys(Keys.ENTER)
        self.wait_until(lambda: 0 < place() < last)
        button.send_keys(Keys.ENTER)
        self.assertEqual(button.text, "Play")

    def test_a_place_shows_who_met_there(self):
        self.open("blocks")
        places = self.data()["runs"][0]["peers"]["places"]
        self.assertTrue(places)
        select = self.browser.find_element(By.CSS_SELECTOR, "#ring select")
        select.find_elements(By.TAG_NAME, "option")[1].click()
        self.assertEqual(self.count("#ring line.spoke"), len(places[0]["members"]))
        self.assertEqual(self.count("#ring path.place"), 1)
        calls = self.data()["runs"][0]["calls"]
        self.assertEqual(self.count("#calls svg .mark"), len(calls["points"]))

    def test_a_failure_says_expected_found_and_what_to_paste(self):
        self.open("failed")
        cards = self.browser.find_elements(By.CSS_SELECTOR, ".failure:not(.warn)")
        self.assertTrue(cards)
        for word in ("expected", "found", "orbsim replay", "orbsim shrink", "orbsim explain"):
            self.assertIn(word, cards[0].text)
        self.assertEqual(self.text(".masthead .verdict"), "fail")

    def test_what_is_missing_is_said(self):
        self.open("bare")
        text = self.text("#files")
        for words in ("no trace.jsonl", "--trace messages", "no timeline.csv", "no peers.jsonl"):
            self.assertIn(words, text)
        self.assertEqual(self.count("#time, #ring"), 0)

    def test_runs_are_compared(self):
        self.open("compared")
        data = self.data()
        self.assertEqual(self.count("#runs tbody tr"), 2)
        lines = self.browser.find_elements(By.CSS_SELECTOR, "#time figure")[0].find_elements(By.CSS_SELECTOR, "path.mark")
        self.assertEqual(len(lines), 2)
        self.assertNotEqual(lines[0].get_attribute("d"), lines[1].get_attribute("d"), "other seeds, other lines")
        self.assertTrue(lines[1].get_attribute("stroke-dasharray"), "told apart without colour")
        self.assertGreater(self.count("#distributions path.mark"), 6)
        self.assertIn(str(data["runs"][1]["summary"]["seed"]), self.text("#runs"))

    def test_a_sweep_is_a_heat_map(self):
        self.open("swept")
        sweep = self.data()["sweep"]
        sides = [len(axis["values"]) for axis in sweep["axes"]]
        self.assertEqual(self.count("#grid rect.cell"), sides[0] * sides[1])
        before = self.text("#grid svg")
        self.browser.find_elements(By.CSS_SELECTOR, "#grid select")[0].find_elements(By.TAG_NAME, "option")[1].click()
        self.wait_for_plots()
        self.assertNotEqual(self.text("#grid svg"), before, "another measure, other numbers")
        ends = self.browser.find_elements(By.CSS_SELECTOR, "#ends tbody tr")
        self.assertEqual(len(ends), len({(exit_code, mark) for exit_code, mark in zip(sweep["columns"]["exit"], sweep["columns"]["signature"])}))
        self.open("seeds")
        self.assertEqual(self.count("#grid"), 0, "nothing varies")
        self.assertEqual(self.count("#metrics circle.mark"), len(self.data()["sweep"]["metrics"]))

    def test_a_sweep_says_which_probes_it_reached(self):
        self.open("swept")
        probes = self.data()["sweep"]["probes"]
        rows = self.browser.find_elements(By.CSS_SELECTOR, "#coverage [aria-label^=Probes] tbody tr")
        self.assertEqual(len(rows), len(probes))
        never = [row for row in rows if "never" in row.text]
        self.assertEqual(len(never), len([probe for probe in probes if probe["runs"] == 0]))
        self.assertTrue(0 < len(never) < len(rows))

    def test_a_sweep_says_what_led_to_its_failures_and_who_showed_something_first(self):
        self.open("swept")
        sweep = self.data()["sweep"]
        chains = [chain for chain in sweep["chains"] if chain]
        self.assertGreater(len(chains), 0)
        for chain in chains:
            self.assertIn(chain, self.text("#ends"))
        rows = self.browser.find_elements(By.CSS_SELECTOR, "#coverage [aria-label^='Runs that showed'] tbody tr")
        self.assertEqual(len(rows), len(sweep["news"]))
        self.assertGreater(len(rows), 1)
        for row, news in zip(rows, sweep["news"]):
            self.assertIn(str(sweep["columns"]["seed"][news["run"]]), row.text)
            self.assertIn(", ".join(news["shown"]), row.text)

    def test_an_envelope_is_a_curve(self):
        self.open("edge")
        envelope = self.data()["sweep"]["envelope"]
        points = envelope["points"]
        self.assertGreater(len(points), 5)
        self.assertEqual(self.count("#envelope g.point"), len(points))
        height = lambda: [float(dot.get_attribute("cy")) for dot in self.browser.find_elements(By.CSS_SELECTOR, "#envelope g.point circle")]
        self.assertGreater(height()[0], height()[-1], "more fail at the harsh end")
        for kind in ("doubt", "limit", "percentile"):
            self.assertEqual(self.count(f"#envelope .{kind}"), 1, "the edge, its interval and the operating point")
        text = self.text("#envelope")
        for words in (f"At network.loss {envelope['edge']['passes']:g}% most seeds pass", "operating point 1%", f"{envelope['margin']:g}%"):
            self.assertIn(words, text)
        self.browser.find_element(By.CSS_SELECTOR, "#envelope select option[value=edge]").click()
        self.wait_until(lambda: 0 < self.count("#envelope g.point") < len(points))
        details = self.browser.find_element(By.CSS_SELECTOR, "#envelope details")
        details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        self.wait_until(lambda: len(details.find_elements(By.CSS_SELECTOR, "tbody tr")) == len(points))

    def test_an_envelope_without_an_edge_says_so(self):
        self.open("no_edge")
        self.assertIn("No edge between 0% and 1%: most seeds pass even at 1%", self.text("#envelope"))
        self.assertIn("violate TX-1", self.text("#envelope figcaption"))
        self.assertEqual(self.count("#envelope .limit, #envelope .doubt, #envelope select"), 0)

    def test_a_plot_can_be_read_by_keyboard(self):
        self.open("matches")
        svg = self.browser.find_element(By.CSS_SELECTOR, "#time svg.plot")
        self.run_script("arguments[0].focus()", svg)
        readout = lambda: self.text("#time .readout")
        first = readout()
        self.assertTrue(first, "the cursor says where it is")
        svg.send_keys(Keys.ARROW_RIGHT)
        self.assertNotEqual(readout(), first)
        readouts = [one.text for one in self.browser.find_elements(By.CSS_SELECTOR, "#time .readout")]
        self.assertEqual(len({text.split(" ")[0] for text in readouts}), 1, "all plots at one moment")

    def test_everything_has_words(self):
        for name in ("matches", "rings", "compared", "swept", "edge"):
            self.open(name)
            self.assertEqual(self.count("svg.plot:not([aria-label])"), 0)
            bare = self.run_script("return [...document.querySelectorAll('button, select, input')].filter((one) => !one.labels?.length && !one.textContent.trim() && !one.ariaLabel).length")
            self.assertEqual(bare, 0, "a control without a name")
            self.assertEqual(self.count("figure:not(:has(details)):not(#ring figure):not(#web .ring-layout figure):not(#calls figure)"), 0, "a plot without its table")

    def test_tables_open_and_sort(self):
        self.open("matches")
        details = self.browser.find_element(By.CSS_SELECTOR, "#time details")
        details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        self.wait_until(lambda: details.find_elements(By.CSS_SELECTOR, "tbody tr"))
        self.assertGreater(len(details.find_elements(By.CSS_SELECTOR, "tbody tr")), 10)
        head = self.browser.find_elements(By.CSS_SELECTOR, "#messages thead button")[1]
        head.send_keys(Keys.ENTER)
        sent = [int(cell.text.replace(",", "")) for cell in self.browser.find_elements(By.CSS_SELECTOR, "#messages > .table tbody tr td:nth-child(2)")]
        self.assertEqual(sent, sorted(sent, reverse=True))

    def test_colours_switch_and_have_contrast(self):
        for scheme in ("light", "dark"):
            self.open("matches", scheme=scheme)
            for _ in range(2):
                for text in ("ink", "muted", "accent", "pass", "warn", "fail"):
                    for ground in ("paper", "panel"):
                        self.assertGreaterEqual(self.run_script(CONTRAST, text, ground), 4.5, f"{text} on {ground}")
                for mark in range(8):
                    self.assertGreaterEqual(self.run_script(CONTRAST, f"c{mark}", "paper"), 3.0, f"c{mark}")
                before = self.run_script("return getComputedStyle(document.body).backgroundColor")
                self.browser.find_element(By.ID, "theme").send_keys(Keys.ENTER)
                self.assertNotEqual(self.run_script("return getComputedStyle(document.body).backgroundColor"), before)

    def test_nothing_is_wider_than_the_screen(self):
        for name in self.pages:
            for width in (390, 1280):
                with self.subTest(page=name, width=width):
                    self.open(name, width=width)
                    self.assertLessEqual(self.run_script("return document.documentElement.scrollWidth"), width)

    def test_pictures(self):
        if SCREENSHOTS is None:
            self.skipTest("no --screenshots DIR")
        os.makedirs(SCREENSHOTS, exist_ok=True)
        for name in self.pages:
            for label, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 390, "light")):
                self.open(name, width=width, scheme=scheme)
                height = min(12000, self.run_script("return document.documentElement.scrollHeight"))
                self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
                self.browser.save_screenshot(f"{SCREENSHOTS}/{name}_{label}.png")


if __name__ == "__main__":
    rest = sys.argv[1:]
    if rest[:1] == ["--screenshots"]:
        SCREENSHOTS, rest = os.path.abspath(rest[1]), rest[2:]
    if rest:
        ORBSIM = pathlib.Path(rest[0]).resolve()
    unittest.main(argv=sys.argv[:1])
