//! The types of `wit/plugin`, as a tree that a component's types are held against.
//!
//! A component's own types are walked only as deep as the world goes, so that a bomb of types costs nothing here.

use std::fmt;
use wit_parser::{FunctionKind, Resolve, Type, TypeDefKind, WorldItem};

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A primitive type, by its name.
    Primitive(&'static str),
    /// Fields, in order.
    Record(Vec<(String, Shape)>),
    /// Cases, in order.
    Variant(Vec<(String, Option<Shape>)>),
    /// Names, in order.
    Enum(Vec<String>),
    /// Names, in order.
    Flags(Vec<String>),
    /// Any number of them.
    List(Box<Shape>),
    /// One or none.
    Option(Box<Shape>),
    /// The one or the other.
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    /// In order.
    Tuple(Vec<Shape>),
}

/// A function of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<(String, Shape)>,
    /// What it gives.
    pub result: Option<Shape>,
}

/// The functions that a plugin exports.
///
/// # Errors
/// Where the text is not WIT, or uses a type that no plugin's world has.
pub fn world(file: &str, text: &str, name: &str) -> Result<Vec<Function>, String> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str(file, text).map_err(|error| format!("{error:#}"))?;
    let world = resolve.select_world(&[package], Some(name)).map_err(|error| format!("{error:#}"))?;
    let world = resolve.worlds.get(world).ok_or("the world is not there")?;
    let mut functions = Vec::new();
    for item in world.exports.values() {
        let WorldItem::Function(function) = item else { return Err("an export that is no function".into()) };
        if function.kind != FunctionKind::Freestanding {
            return Err(format!("`{}` is no free function", function.name));
        }
        let parameters = function.params.iter();
        let parameters = parameters
            .map(|parameter| Ok((parameter.name.clone(), of(&resolve, &parameter.ty)?)))
            .collect::<Result<_, String>>()?;
        let result = function.result.as_ref().map(|ty| of(&resolve, ty)).transpose()?;
        functions.push(Function { name: function.name.clone(), parameters, result });
    }
    Ok(functions)
}

fn of(resolve: &Resolve, ty: &Type) -> Result<Shape, String> {
    let id = match ty {
        Type::Id(id) => *id,
        primitive => return primitive_name(primitive).map(Shape::Primitive).ok_or(format!("{primitive:?}")),
    };
    let definition = resolve.types.get(id).ok_or("a type is not there")?;
    let maybe = |ty: &Option<Type>| ty.as_ref().map(|ty| of(resolve, ty).map(Box::new)).transpose();
    Ok(match &definition.kind {
        TypeDefKind::Type(alias) => of(resolve, alias)?,
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|field| Ok((field.name.clone(), of(resolve, &field.ty)?)));
            Shape::Record(fields.collect::<Result<_, String>>()?)
        }
        TypeDefKind::Variant(variant) => {
            let case = |ty: &Option<Type>| ty.as_ref().map(|ty| of(resolve, ty)).transpose();
            let cases = variant.cases.iter().map(|found| Ok((found.name.clone(), case(&found.ty)?)));
            Shape::Variant(cases.collect::<Result<_, String>>()?)
        }
        TypeDefKind::Enum(names) => Shape::Enum(names.cases.iter().map(|case| case.name.clone()).collect()),
        TypeDefKind::Flags(names) => Shape::Flags(names.flags.iter().map(|flag| flag.name.clone()).collect()),
        TypeDefKind::List(element) => Shape::List(Box::new(of(resolve, element)?)),
        TypeDefKind::Option(inner) => Shape::Option(Box::new(of(resolve, inner)?)),
        TypeDefKind::Result(result) => Shape::Result(maybe(&result.ok)?, maybe(&result.err)?),
        TypeDefKind::Tuple(tuple) => {
            Shape::Tuple(tuple.types.iter().map(|ty| of(resolve, ty)).collect::<Result<_, String>>()?)
        }
        other => return Err(format!("a {} is not a plain value", other.as_str())),
    })
}

fn primitive_name(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext | Type::Id(_) => return None,
    })
}

impl fmt::Display for Shape {
    /// In WIT's words, one level deep.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primitive(name) => out.write_str(name),
            Self::Record(_) => out.write_str("record"),
            Self::Variant(_) => out.write_str("variant"),
            Self::Enum(_) => out.write_str("enum"),
            Self::Flags(_) => out.write_str("flags"),
            Self::List(element) => write!(out, "list<{element}>"),
            Self::Option(inner) => write!(out, "option<{inner}>"),
            Self::Result(ok, err) => {
                let name = |shape: &Option<Box<Self>>| shape.as_ref().map_or("_".into(), ToString::to_string);
                write!(out, "result<{}, {}>", name(ok), name(err))
            }
            Self::Tuple(types) => {
                let names: Vec<String> = types.iter().map(ToString::to_string).collect();
                write!(out, "tuple<{}>", names.join(", "))
            }
        }
    }
}
