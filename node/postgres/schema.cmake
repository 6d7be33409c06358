# SPDX-License-Identifier: Apache-2.0
# Writes the SQL files of FOLDER, in their order, as the C++ source TO that node/postgres/schema.h describes.
file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
set(rows "")
foreach(path ${files})
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} sql)
  string(APPEND rows "    {\"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE "${TO}" "// Written by node/postgres/schema.cmake.
#include \"node/postgres/schema.h\"

namespace quipu::postgres {

std::span<const Migration> migrations() {
  static constexpr Migration kMigrations[] = {
${rows}  };
  return kMigrations;
}

}  // namespace quipu::postgres
")
