#include "program/code_map.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

std::string at(const CodeMap& map, std::uint64_t address) {
  std::string text;
  for (const CodeMap::Frame& frame : map.find(address))
    text += frame.code->name + ":" + std::to_string(frame.line) + " ";
  return text;
}

TEST(GeneratedName, OfNode) {
  for (const auto& [text, file, name, line] :
       {std::tuple{"JS:*train /home/me/train.js:12:3", "/home/me/train.js", "train", 12},
        std::tuple{"JS:~get value /home/me/a b.js:7:1", "/home/me/a b.js", "get value", 7},
        std::tuple{"LazyCompile:*step file:///home/me/x.mjs:3:9", "/home/me/x.mjs", "step", 3},
        std::tuple{"Function:~ node:internal/main:1:1", "node:internal/main", "(anonymous)", 1},
        std::tuple{"JS:^/home/me/train.js:1:1", "/home/me/train.js", "(anonymous)", 1},
        std::tuple{"JS:*add wasm", "", "add wasm", 0}, std::tuple{"RegExp:a:b", "", "a:b", 0},
        std::tuple{"Builtin:JsonParse", "", "Builtin:JsonParse", 0},
        std::tuple{"py::train:/home/me/train.py", "", "py::train:/home/me/train.py", 0}}) {
    const GeneratedName found = parse_generated_name(text);
    EXPECT_EQ(found.file, file) << text;
    EXPECT_EQ(found.name, name) << text;
    EXPECT_EQ(found.line, line) << text;
  }
}

TEST(CodeMap, MapsOfPerf) {
  CodeMap map;
  map.add_perf_map(
      "7f00 100 JS:*train /home/me/train.js:12:3\n"
      "0x8000 10 stub\nnot a line\n9000 zz odd\n\n");
  EXPECT_EQ(at(map, 0x7f00), "train:12 ");
  EXPECT_EQ(at(map, 0x7fff), "train:12 ");
  EXPECT_EQ(at(map, 0x8000), "stub:0 ");
  EXPECT_EQ(at(map, 0x8010), "");
  EXPECT_EQ(at(map, 0x7eff), "");
  EXPECT_EQ(at(map, 0x9000), "");
}

// Memory of code that was thrown away is used again.
TEST(CodeMap, TheLatestCodeCounts) {
  CodeMap map;
  map.add_perf_map("1000 100 old\n1100 100 kept\n");
  map.add_perf_map("1080 40 young\n");
  EXPECT_EQ(at(map, 0x1000), "");
  EXPECT_EQ(at(map, 0x1090), "young:0 ");
  EXPECT_EQ(at(map, 0x1100), "kept:0 ");
  map.add_perf_map("fffffffffffffff0 100 beyond the end\n2000 0 empty\n");
  EXPECT_EQ(at(map, 0x2000), "");
}

TEST(CodeMap, OneObjectForAFunction) {
  CodeMap map;
  map.add_perf_map("1000 10 f\n2000 10 f\n");
  EXPECT_EQ(map.find(0x1000)[0].code, map.find(0x2000)[0].code);
}

}  // namespace
}  // namespace lithe::program
