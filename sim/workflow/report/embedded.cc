#include "sim/workflow/report/embedded.h"

// The assembler takes the bytes of a file: no copy of them in another form, and nothing for the compiler to parse.
#define EMBED(name, path)                                                        \
  __asm__(".pushsection .rodata\n" #name "_begin:\n.incbin \"" path "\"\n" #name \
          "_end:\n.byte 0\n.popsection\n");                                      \
  extern "C" const char name##_begin[];                                          \
  extern "C" const char name##_end[]

EMBED(orb_page_frame, ORB_PAGE_FOLDER "/index.html");
EMBED(orb_page_style, ORB_PAGE_FOLDER "/style.css");
EMBED(orb_page_licence, ORB_PAGE_FOLDER "/d3_licence.txt");
EMBED(orb_page_elements, ORB_PAGE_FOLDER "/elements.js");
EMBED(orb_page_charts, ORB_PAGE_FOLDER "/charts.js");
EMBED(orb_page_ring, ORB_PAGE_FOLDER "/ring.js");
EMBED(orb_page_web, ORB_PAGE_FOLDER "/web.js");
EMBED(orb_page_run, ORB_PAGE_FOLDER "/run.js");
EMBED(orb_page_comparison, ORB_PAGE_FOLDER "/comparison.js");
EMBED(orb_page_envelope, ORB_PAGE_FOLDER "/envelope.js");
EMBED(orb_page_sweep, ORB_PAGE_FOLDER "/sweep.js");
EMBED(orb_page_main, ORB_PAGE_FOLDER "/main.js");
EMBED(orb_page_library, ORB_D3_FILE);

namespace sim {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view PageFrame() {
  return Between(orb_page_frame_begin, orb_page_frame_end);
}

std::string_view PageStyle() {
  return Between(orb_page_style_begin, orb_page_style_end);
}

std::string_view PageLibrary() {
  return Between(orb_page_library_begin, orb_page_library_end);
}

std::string_view PageLicence() {
  return Between(orb_page_licence_begin, orb_page_licence_end);
}

std::vector<std::string_view> PageScripts() {
  return {Between(orb_page_elements_begin, orb_page_elements_end),
          Between(orb_page_charts_begin, orb_page_charts_end),
          Between(orb_page_ring_begin, orb_page_ring_end),
          Between(orb_page_web_begin, orb_page_web_end),
          Between(orb_page_run_begin, orb_page_run_end),
          Between(orb_page_comparison_begin, orb_page_comparison_end),
          Between(orb_page_envelope_begin, orb_page_envelope_end),
          Between(orb_page_sweep_begin, orb_page_sweep_end),
          Between(orb_page_main_begin, orb_page_main_end)};
}

}  // namespace sim
