# Read by CMake right after llama-cpp-python's own project(), by CMAKE_PROJECT_llama_cpp_INCLUDE: what
# options alone cannot say. tools/engine_recipe.py has the options.

# llama.cpp's tools share a library that nothing here loads. llama-cpp-python switches it on in the
# cache, over whatever an option said; a variable of its own stands before the cache.
set(LLAMA_BUILD_COMMON OFF)

function(shrinkscope_finish)
    # The switches of the instruction sets that are left out. Only the kernels are compiled for this
    # very processor: everything else stays as it is when an engine is built again without one.
    if(TARGET ggml-cpu)
        foreach(switch IN LISTS SHRINKSCOPE_LEFT_OUT)
            target_compile_options(ggml-cpu PRIVATE -mno-${switch})
        endforeach()
    endif()
    if(TARGET ggml-cpu-sapphirerapids)
        foreach(switch IN LISTS SHRINKSCOPE_LEFT_OUT)
            target_compile_options(ggml-cpu-sapphirerapids PRIVATE -mno-${switch})
        endforeach()
    endif()
    # As llama.cpp does with its own models: many small files that read the same headers.
    if(TARGET mtmd)
        get_target_property(others mtmd SOURCES)
        get_target_property(folder mtmd SOURCE_DIR)
        list(FILTER others EXCLUDE REGEX "^models/")
        list(TRANSFORM others PREPEND "${folder}/")
        set_source_files_properties(
            ${others} TARGET_DIRECTORY mtmd PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
        )
        set_target_properties(mtmd PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
    endif()
endfunction()

cmake_language(DEFER CALL shrinkscope_finish)
